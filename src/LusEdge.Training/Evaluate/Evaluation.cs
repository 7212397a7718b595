using System.Text.Json.Serialization;

namespace LusEdge.Training.Evaluate;

/// <summary>How well graded pictures agree with their labels: a few figures without intervals.</summary>
/// <param name="Pictures">The number of graded pictures.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share with the right grade or one next to it.</param>
/// <param name="MacroF1">F1 averaged over the grades.</param>
/// <param name="CalibrationError">Expected calibration error; see <see cref="Reliability"/>.</param>
/// <param name="Confusion">Counts: one row per label, one column per given grade.</param>
internal sealed record Evaluation(
    int Pictures, double Accuracy, double WithinOne, double MacroF1, double CalibrationError,
    IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    /// <inheritdoc cref="ConfusionMatrix.QuadraticKappa"/>
    [JsonIgnore]
    public double QuadraticKappa => new ConfusionMatrix([.. Confusion.Select(row => row.ToArray())]).QuadraticKappa;

    /// <summary>Compares grades with labels.</summary>
    /// <param name="probabilities">One row per picture, in class order.</param>
    /// <param name="labels">The true class of each picture.</param>
    public static Evaluation Of(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels)
    {
        SampleMetrics measured = new GradedSample([.. labels], [.. probabilities], new int[labels.Count]).Measure([1]);
        return new Evaluation(
            labels.Count,
            measured.Confusion.Accuracy,
            measured.Confusion.WithinOne,
            measured.Confusion.MacroF1,
            measured.Reliability!.CalibrationError,
            measured.Confusion.Counts);
    }
}
