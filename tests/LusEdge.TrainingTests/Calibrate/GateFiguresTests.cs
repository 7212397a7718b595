using LusEdge.Training.Calibrate;

namespace LusEdge.TrainingTests.Calibrate;

public sealed class GateFiguresTests
{
    [Fact]
    public void The_figures_count_foreign_pictures_with_and_without_the_gate()
    {
        string[] kinds = ["menu", "menu", "noise"];
        GateFigures figures = GateFigures.Of([.. Enumerable.Range(1, 100).Select(i => i / 100f)],
            [(kinds[0], 0.5f, true), (kinds[1], 5, true), (kinds[2], 0.5f, false)]);
        Assert.Equal(0.98f, GateFigures.Threshold([.. Enumerable.Range(1, 100).Select(i => i / 100f)], 0.98), 1e-6f);
        Assert.Equal((2, 1.0, 0.5), (figures.Kinds[0].Pictures, figures.Kinds[0].WithoutGate, figures.Kinds[0].FalseAnswers[0]));
        Assert.Equal((0.0, 0.0), (figures.Kinds[1].WithoutGate, figures.Kinds[1].FalseAnswers[0]));
    }
}
