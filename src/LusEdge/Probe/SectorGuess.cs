using LusEdge.Capture.Frames;

namespace LusEdge.Probe;

/// <summary>How reliable a guess is.</summary>
public enum Confidence
{
    /// <summary>Hardly at all: look at the picture.</summary>
    Unsure,

    /// <summary>Check it before the cart is used.</summary>
    Likely,

    /// <summary>One region moves and almost nothing else does. Still a guess: a person has the last word.</summary>
    Sure,
}

/// <summary>Where the ultrasound seems to be in the picture.</summary>
/// <param name="Value">Ready for Capture:Sector.</param>
/// <param name="Confidence">How reliable it is.</param>
/// <param name="Why">What it is based on, for a person.</param>
public sealed record SectorGuess(Sector Value, Confidence Confidence, string Why);
