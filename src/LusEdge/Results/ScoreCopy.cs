using LusEdge.Aggregate;

namespace LusEdge.Results;

/// <summary>A score that owns its memory.</summary>
public sealed class ScoreCopy
{
    private float[] _p;

    internal ScoreCopy(int classes) => _p = new float[classes];

    /// <summary>The integer part that is summed, 0-3.</summary>
    public int Severity { get; private set; }

    /// <summary>The scheme's label.</summary>
    public string Grade { get; private set; } = "";

    /// <summary>Probabilities in class order.</summary>
    public ReadOnlySpan<float> P => _p;

    internal void Set(in Score score)
    {
        Severity = score.Severity;
        Grade = score.Grade;

        // Another model can have another scale. This allocates once per model, not per frame.
        if (_p.Length != score.P.Length) _p = new float[score.P.Length];
        score.P.Span.CopyTo(_p);
    }
}
