namespace LusEdge.Training.Phantom;

/// <summary>A closed range that a quantity is drawn from.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
internal readonly record struct Extent(float Low, float High)
{
    /// <summary>Draws a value, each equally likely.</summary>
    public float Draw(SeededRandom random) => random.In(Low, High);
}
