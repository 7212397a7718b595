using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Infer;

/// <summary>
/// Where in the last picture the evidence for each class lies: the model's output <c>cam</c>, valid until its next run and while
/// the model lives. A class's average over the map is its logit without the bias.
/// </summary>
public sealed class ActivationMap
{
    private readonly OrtValue _cam;
    private readonly int _classes;
    private readonly float _temperature;

    internal ActivationMap(OrtValue cam, int classes, int width, int height, float temperature) =>
        (_cam, _classes, Width, Height, _temperature) = (cam, classes, width, height, temperature);

    /// <summary>Columns of the map.</summary>
    public int Width { get; }

    /// <summary>Rows of the map.</summary>
    public int Height { get; }

    /// <summary>
    /// The evidence for a class relative to the average class, because a softmax depends only on differences. In units of the
    /// calibrated logits, so that models are comparable: if it were 2 everywhere, the class's odds would be e² times those of an
    /// average class.
    /// </summary>
    /// <param name="grade">The class's index.</param>
    /// <param name="evidence">
    /// Receives <see cref="Width"/> x <see cref="Height"/> numbers, row by row; negative where the picture is evidence against
    /// it.
    /// </param>
    public void EvidenceFor(int grade, Span<float> evidence)
    {
        ReadOnlySpan<float> cam = _cam.GetTensorDataAsSpan<float>();
        int size = Width * Height;
        for (int i = 0; i < size; i++)
        {
            float sum = 0;
            for (int k = 0; k < _classes; k++) sum += cam[(k * size) + i];
            evidence[i] = (cam[(grade * size) + i] - (sum / _classes)) / _temperature;
        }
    }
}
