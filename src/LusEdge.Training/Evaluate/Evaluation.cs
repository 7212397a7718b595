using System.Text.Json.Serialization;

namespace LusEdge.Training.Evaluate;

/// <summary>How well graded pictures agree with their labels, in a handful of figures and without intervals.</summary>
/// <param name="Pictures">How many were graded.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share whose grade is right or a neighbour of it.</param>
/// <param name="MacroF1">F1 averaged over the grades.</param>
/// <param name="CalibrationError">Expected calibration error, as <see cref="Reliability"/> defines it.</param>
/// <param name="Confusion">Counts: a row a label, a column a grade given.</param>
internal sealed record Evaluation(
    int Pictures, double Accuracy, double WithinOne, double MacroF1, double CalibrationError, IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    /// <inheritdoc cref="ConfusionMatrix.QuadraticKappa"/>
    [JsonIgnore]
    public double QuadraticKappa => new ConfusionMatrix([.. Confusion.Select(row => row.ToArray())]).QuadraticKappa;

    /// <summary>Compares.</summary>
    /// <param name="probabilities">A row a picture, in class order.</param>
    /// <param name="labels">The true class of each picture.</param>
    public static Evaluation Of(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels)
    {
        Measured measured = new GradedSample([.. labels], [.. probabilities], new int[labels.Count]).Measure([1]);
        return new Evaluation(
            labels.Count,
            measured.Confusion.Accuracy,
            measured.Confusion.WithinOne,
            measured.Confusion.MacroF1,
            measured.Reliability!.CalibrationError,
            measured.Confusion.Counts);
    }
}
