using System.Globalization;
using System.Net;
using System.Text;
using LusEdge.Contract;

namespace LusEdge.Training.Report;

/// <summary>Writes the report as one self-contained HTML page, including styles, charts and pictures.</summary>
internal static class HtmlWriter
{
    /// <summary>Formats the page.</summary>
    public static string Write(ReportPage page)
    {
        var html = new StringBuilder($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{Text(page.Title)}</title>
            <style>
            {HtmlStyle.Css}
            </style>
            </head>
            <body>
            <p class="disclaimer" role="note">{Text(Disclaimer.Text)}</p>
            <h1>{Text(page.Title)}</h1>
            <nav aria-label="Contents">
            <ol>

            """);
        foreach ((int i, Section section) in page.Sections.Index())
            html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#s{i + 1}\">{Text(section.Title)}</a></li>\n");
        html.Append("</ol>\n</nav>\n<main>\n");
        int charts = 0;
        foreach ((int i, Section section) in page.Sections.Index())
        {
            html.Append(CultureInfo.InvariantCulture, $"<section id=\"s{i + 1}\">\n<h2>{i + 1}. {Text(section.Title)}</h2>\n");
            foreach (Block block in section.Blocks) Write(html, block, ref charts);
            html.Append("</section>\n");
        }

        return html.Append($"</main>\n<p class=\"disclaimer\">{Text(Disclaimer.Text)}</p>\n</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder html, Block block, ref int charts)
    {
        switch (block)
        {
            case Heading heading:
                html.Append($"<h3>{Text(heading.Text)}</h3>\n");
                break;
            case Paragraph paragraph:
                html.Append($"<p>{Text(paragraph.Text)}</p>\n");
                break;
            case Notice notice:
                html.Append($"<p class=\"notice\" role=\"note\">{Text(notice.Text)}</p>\n");
                break;
            case DataTable table:
                Write(html, table);
                break;
            case Gallery gallery:
                html.Append("<div class=\"gallery\">\n");
                foreach (Illustration shown in gallery.Illustrations)
                    html.Append($"<figure>{Drawing(shown, ++charts)}<figcaption>{Text(shown.Caption)}</figcaption></figure>\n");
                html.Append("</div>\n");
                break;
        }
    }

    private static void Write(StringBuilder html, DataTable table)
    {
        html.Append($"<div class=\"wide\"><table>\n<caption>{Text(table.Caption)}</caption>\n<thead><tr>");
        foreach (string column in table.Columns) html.Append($"<th scope=\"col\">{Text(column)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            html.Append($"<tr><th scope=\"row\">{Text(row[0])}</th>");
            foreach (string cell in row.Skip(1)) html.Append($"<td>{Text(cell)}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table></div>\n");
    }

    private static string Drawing(Illustration shown, int number) => shown switch
    {
        // Every drawing numbers its parts from the start; within one page their ids must differ.
        Chart chart => chart.Svg
            .Replace("<svg ", $"<svg class=\"chart\" role=\"img\" aria-label=\"{Text(chart.Description)}\" ",
                StringComparison.Ordinal)
            .Replace(" id=\"", $" id=\"c{number}-", StringComparison.Ordinal)
            .Replace("url(#", $"url(#c{number}-", StringComparison.Ordinal)
            .Replace("href=\"#", $"href=\"#c{number}-", StringComparison.Ordinal),
        Picture picture =>
            $"<img alt=\"{Text(picture.Description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(picture.Png)}\" />",
        _ => "",
    };

    /// <summary>Encodes text for HTML. A non-breaking space keeps per cent signs on the line of their number.</summary>
    private static string Text(string text) => WebUtility.HtmlEncode(text.Replace(" %", "\u00A0%", StringComparison.Ordinal));
}
