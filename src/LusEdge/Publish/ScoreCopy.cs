using LusEdge.Aggregate;

namespace LusEdge.Publish;

/// <summary>A score with memory of its own.</summary>
/// <param name="classes">Number of classes to begin with.</param>
internal sealed class ScoreCopy(int classes)
{
    private float[] _p = new float[classes];

    /// <summary>The integer part that is summed, 0-3.</summary>
    public int Severity { get; private set; }

    /// <summary>The scheme's label.</summary>
    public string Grade { get; private set; } = "";

    /// <summary>Probabilities in class order.</summary>
    public ReadOnlySpan<float> P => _p;

    /// <summary>Copies a score.</summary>
    public void Set(in Score score)
    {
        Severity = score.Severity;
        Grade = score.Grade;

        // Another scale came with another model: once, not a frame.
        if (_p.Length != score.P.Length) _p = new float[score.P.Length];
        score.P.Span.CopyTo(_p);
    }
}
