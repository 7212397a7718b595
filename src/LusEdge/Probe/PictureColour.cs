namespace LusEdge.Probe;

/// <summary>What kind of colour a feed has.</summary>
public enum ColourKind
{
    /// <summary>None: the chroma planes are flat, or there are none.</summary>
    Gray,

    /// <summary>Here and there: marks, a logo, a Doppler box.</summary>
    Parts,

    /// <summary>Nearly everywhere: a tinted gray scale, or a picture that is no ultrasound.</summary>
    Tinted,
}

/// <summary>Whether there is colour in a feed.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Share">Of the pixels that are not dark, those with colour: 0 to 1.</param>
public sealed record PictureColour(ColourKind Kind, double Share);
