namespace LusEdge.Preprocess;

/// <summary>What is blanked out of the sector before grading.</summary>
public sealed record PreprocessOptions
{
    /// <summary>
    /// Path of a mask of the sector's size, an 8-bit binary PGM (P5): pixels that are 0 in the mask are blackened.
    /// </summary>
    /// <value>Null by default: a sector of nothing but ultrasound needs none. Use one to hide a depth scale or a logo.</value>
    public string? Mask { get; init; }
}
