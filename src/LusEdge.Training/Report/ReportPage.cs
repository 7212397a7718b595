namespace LusEdge.Training.Report;

/// <summary>A report before it is HTML or Markdown.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Sections">In reading order.</param>
internal sealed record ReportPage(string Title, IReadOnlyList<Section> Sections);

/// <summary>A heading and what stands below it.</summary>
/// <param name="Title">The heading, also in the table of contents.</param>
/// <param name="Blocks">In reading order.</param>
internal sealed record Section(string Title, IReadOnlyList<Block> Blocks);

/// <summary>One piece of a section.</summary>
internal abstract record Block;

/// <summary>A heading inside a section.</summary>
internal sealed record Heading(string Text) : Block;

/// <summary>Plain text.</summary>
internal sealed record Paragraph(string Text) : Block;

/// <summary>Text that must not be overlooked.</summary>
internal sealed record Notice(string Text) : Block;

/// <summary>A table. The first column names its row.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">The header.</param>
/// <param name="Rows">As many cells as the header has.</param>
internal sealed record DataTable(string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows) : Block;

/// <summary>Pictures side by side. Markdown has no place for them and only names them.</summary>
internal sealed record Gallery(IReadOnlyList<Illustration> Illustrations) : Block;

/// <summary>A chart or a picture.</summary>
/// <param name="Caption">What it shows and how to read it.</param>
/// <param name="Description">For who can't see it.</param>
internal abstract record Illustration(string Caption, string Description);

/// <summary>A chart.</summary>
/// <param name="Caption">What it shows and how to read it.</param>
/// <param name="Description">For who can't see it.</param>
/// <param name="Svg">The drawing, an <c>svg</c> element.</param>
internal sealed record Chart(string Caption, string Description, string Svg) : Illustration(Caption, Description);

/// <summary>A picture.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Description">For who can't see it.</param>
/// <param name="Png">The file's bytes.</param>
internal sealed record Picture(string Caption, string Description, byte[] Png) : Illustration(Caption, Description);
