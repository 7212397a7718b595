namespace LusEdge.Training.Report;

/// <summary>A report before it is written as HTML or Markdown.</summary>
/// <param name="Title">The title of the report.</param>
/// <param name="Sections">The sections, in reading order.</param>
internal sealed record ReportPage(string Title, IReadOnlyList<Section> Sections);

/// <summary>A section with a heading.</summary>
/// <param name="Title">The heading, also in the table of contents.</param>
/// <param name="Blocks">The content, in reading order.</param>
internal sealed record Section(string Title, IReadOnlyList<Block> Blocks);

/// <summary>A part of a section.</summary>
internal abstract record Block;

/// <summary>A heading inside a section.</summary>
internal sealed record Heading(string Text) : Block;

/// <summary>Plain text.</summary>
internal sealed record Paragraph(string Text) : Block;

/// <summary>A notice that must not be overlooked.</summary>
internal sealed record Notice(string Text) : Block;

/// <summary>A table. The first column names the row.</summary>
/// <param name="Caption">What the table shows.</param>
/// <param name="Columns">The header.</param>
/// <param name="Rows">The rows, with as many cells as the header.</param>
internal sealed record DataTable(
    string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : Block;

/// <summary>Illustrations side by side. In Markdown only their captions appear.</summary>
internal sealed record Gallery(IReadOnlyList<Illustration> Illustrations) : Block;

/// <summary>A chart or a picture.</summary>
/// <param name="Caption">What it shows and how to read it.</param>
/// <param name="Description">A description for screen readers.</param>
internal abstract record Illustration(string Caption, string Description);

/// <summary>A chart.</summary>
/// <param name="Caption">What it shows and how to read it.</param>
/// <param name="Description">A description for screen readers.</param>
/// <param name="Svg">The chart, an <c>svg</c> element.</param>
internal sealed record Chart(string Caption, string Description, string Svg) : Illustration(Caption, Description);

/// <summary>A picture.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Description">A description for screen readers.</param>
/// <param name="Png">The bytes of the PNG file.</param>
internal sealed record Picture(string Caption, string Description, byte[] Png) : Illustration(Caption, Description);
