using System.Text;
using LusEdge.Contract;

namespace LusEdge.Training.Report;

/// <summary>
/// Writes the report as Markdown, with all text and tables. Charts are only mentioned; the HTML page shows them.
/// </summary>
internal static class MarkdownWriter
{
    /// <summary>Formats the report.</summary>
    public static string Write(ReportPage page)
    {
        var text = new StringBuilder($"# {Escaped(page.Title)}\n\n**{Disclaimer.Text}**\n");
        foreach (Section section in page.Sections)
        {
            text.Append($"\n## {Escaped(section.Title)}\n");
            foreach (Block block in section.Blocks) Write(text.Append('\n'), block);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Block block)
    {
        switch (block)
        {
            case Heading heading:
                text.Append($"### {Escaped(heading.Text)}\n");
                break;
            case Paragraph paragraph:
                text.Append($"{Escaped(paragraph.Text)}\n");
                break;
            case Notice notice:
                text.Append($"> **{Escaped(notice.Text)}**\n");
                break;
            case DataTable table:
                text.Append($"{Escaped(table.Caption)}\n\n| {string.Join(" | ", table.Columns.Select(Cell))} "
                    + $"|\n|{string.Concat(Enumerable.Repeat("---|", table.Columns.Count))}\n");
                foreach (IReadOnlyList<string> row in table.Rows) text.Append($"| {string.Join(" | ", row.Select(Cell))} |\n");
                break;
            case Gallery gallery:
                foreach (Illustration shown in gallery.Illustrations)
                    text.Append($"* (in the HTML page) {Escaped(shown.Caption)}\n");
                break;
        }
    }

    private static string Cell(string text) => Escaped(text).Replace("|", "\\|", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal).Replace('\u00A0', ' ');
}
