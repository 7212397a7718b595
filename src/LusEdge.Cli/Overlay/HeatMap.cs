using System.Numerics.Tensors;
using LusEdge.Infer;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// The heat in each cell of the model's class activation map. Full heat is the strongest evidence in the clip so far: with a
/// scale per frame, a frame with almost no evidence would glow like any other, and a fixed scale would not suit every model.
/// </summary>
/// <param name="activation">The model's class activation map.</param>
internal sealed class HeatMap(ActivationMap activation)
{
    /// <summary>Full heat is at least this much, in calibrated logits: odds of e⁴ = 55 against an average class.</summary>
    public const float LeastFull = 4;

    private readonly float[] _evidence = new float[activation.Width * activation.Height];
    private readonly byte[] _heat = new byte[activation.Width * activation.Height];
    private float _full = LeastFull;

    /// <summary>The heat of the frame that was graded last.</summary>
    /// <param name="grade">Index of the class to show the evidence for.</param>
    /// <returns>
    /// Per cell, row by row: 0 (no evidence, or evidence against the class) to 255 (full heat). The next call reuses the memory.
    /// </returns>
    public ReadOnlySpan<byte> For(int grade)
    {
        activation.EvidenceFor(grade, _evidence);
        _full = Math.Max(_full, TensorPrimitives.Max<float>(_evidence));
        for (int i = 0; i < _heat.Length; i++) _heat[i] = (byte)((Math.Max(_evidence[i], 0) / _full * byte.MaxValue) + 0.5f);
        return _heat;
    }
}
