namespace LusEdge.Probe;

/// <summary>How much colour a feed has.</summary>
public enum ColourKind
{
    /// <summary>None: the chroma planes are flat or absent.</summary>
    Gray,

    /// <summary>In places: marks, a logo, a Doppler box.</summary>
    Parts,

    /// <summary>Nearly everywhere: a tinted gray scale, or not an ultrasound picture.</summary>
    Tinted,
}

/// <summary>The colour in a feed.</summary>
/// <param name="Kind">In one word.</param>
/// <param name="Share">Share of coloured pixels among those that are not dark, 0 to 1.</param>
public sealed record PictureColour(ColourKind Kind, double Share);
