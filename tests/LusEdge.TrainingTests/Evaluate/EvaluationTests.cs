using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Evaluate;

public sealed class EvaluationTests
{
    [Fact]
    public void An_evaluation_counts_correct_near_and_overconfident_grades()
    {
        float[][] given = [[0.9f, 0.1f, 0], [0.2f, 0.8f, 0], [0.7f, 0.2f, 0.1f], [0, 0.4f, 0.6f]];
        Evaluation evaluation = Evaluation.Of(given, [0, 0, 2, 2]);
        Assert.Equal(4, evaluation.Pictures);
        Assert.Equal(0.5, evaluation.Accuracy);
        Assert.Equal(0.75, evaluation.WithinOne);
        Assert.Equal([[1, 1, 0], [0, 0, 0], [1, 0, 1]], evaluation.Confusion);

        // Class 0: 1 of 2 found, 1 of 2 correct; class 1 never correct; class 2: 1 of 2 found, 1 of 1 correct.
        Assert.Equal((0.5 + 0 + 2.0 / 3) / 3, evaluation.MacroF1, 1e-12);

        // In different bins: |0.9 - 1| + |0.8 - 0| + |0.7 - 0| + |0.6 - 1|, over 4.
        Assert.Equal(0.5, evaluation.CalibrationError, 1e-6);
    }
}
