using System.Globalization;

namespace LusEdge.Models;

/// <summary>How closely a model reproduces the golden frames' reference outputs on this device.</summary>
/// <param name="Frames">Number of golden frames.</param>
/// <param name="SameGrade">How many have the expected grade.</param>
/// <param name="LargestDifference">The largest difference of any probability.</param>
/// <param name="Tolerance">The largest difference allowed.</param>
public sealed record Parity(int Frames, int SameGrade, double LargestDifference, double Tolerance)
{
    /// <summary>Every grade is as expected, and every probability within the tolerance.</summary>
    public bool Holds => SameGrade == Frames && LargestDifference <= Tolerance;

    /// <summary>For a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SameGrade} of {Frames} golden frames have the expected grade; "
        + $"the largest difference of a probability is {LargestDifference:0.0e+0} (allowed: {Tolerance:0.0e+0})");
}
