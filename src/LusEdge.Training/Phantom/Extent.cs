namespace LusEdge.Training.Phantom;

/// <summary>A closed range of values to draw from.</summary>
/// <param name="Low">The lower limit.</param>
/// <param name="High">The upper limit.</param>
internal readonly record struct Extent(float Low, float High)
{
    /// <summary>Draws a value from the uniform distribution.</summary>
    public float Draw(SeededRandom random) => random.Between(Low, High);
}
