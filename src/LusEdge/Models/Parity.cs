using System.Globalization;

namespace LusEdge.Models;

/// <summary>What a model answers on this box, held against the golden frames' answers.</summary>
/// <param name="Frames">Golden frames.</param>
/// <param name="SameGrade">Those with the expected grade.</param>
/// <param name="LargestDifference">The largest difference of any probability.</param>
/// <param name="Tolerance">How large it may be.</param>
public sealed record Parity(int Frames, int SameGrade, double LargestDifference, double Tolerance)
{
    /// <summary>Every grade as expected, and no probability off by more than the tolerance.</summary>
    public bool Holds => SameGrade == Frames && LargestDifference <= Tolerance;

    /// <summary>For a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SameGrade} of {Frames} golden frames have the expected grade; the largest difference of a probability is {LargestDifference:0.0e+0}, {Tolerance:0.0e+0} is allowed");
}
