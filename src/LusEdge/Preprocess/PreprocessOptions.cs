namespace LusEdge.Preprocess;

/// <summary>What of the sector is blanked out before it is graded.</summary>
public sealed record PreprocessOptions
{
    /// <summary>
    /// Path of a mask of the sector's size, an 8-bit binary PGM (P5): pixels that are 0 in the mask become black, the others stay.
    /// </summary>
    /// <value>Null by default: a sector that holds nothing but ultrasound needs none. One hides a depth scale or a logo inside it.</value>
    public string? Mask { get; init; }
}
