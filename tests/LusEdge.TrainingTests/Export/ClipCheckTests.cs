using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.TrainingTests.Export;

/// <summary>Grades the phantom's walk with a model file on the appliance's own path.</summary>
public sealed class ClipCheckTests : IProgress<WorkProgress>
{
    [Fact]
    public void The_committed_model_grades_the_committed_walk_as_its_card_says()
    {
        string directory = Repository.File("models/lus-severity-7");
        using SeverityModel model = SeverityModel.Load(
            directory, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        Evaluation evaluation =
            ClipCheck.Run(model, Repository.File("models/phantom/phantom-walk.mp4"), this, TestContext.Current.CancellationToken);
        Assert.True(model.InUse.DemonstrationOnly);
        Assert.True(evaluation.Accuracy > 0.95, $"{evaluation.Accuracy:P1} of the frames are graded correctly");

        // Decoders may differ by one gray level from release to release, which can change a frame on the edge between two grades.
        double onTheCard = ModelManifest.Load(directory).Card!.Value.GetProperty("walk").GetProperty("accuracy").GetDouble();
        Assert.Equal(onTheCard, evaluation.Accuracy, 0.01);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }
}
