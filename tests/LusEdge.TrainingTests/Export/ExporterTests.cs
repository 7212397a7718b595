using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;
using LusEdge.Training.Phantom;
using LusEdge.TrainingTests.Fit;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.TrainingTests.Export;

[Collection(TorchTests.Name)]
public sealed class ExporterTests : IDisposable, IProgress<WorkProgress>
{
    private static readonly FitSettings Tiny = new() { Width = 2, Size = 32 };
    private static readonly Evaluation Evaluated = Evaluation.Of([[1, 0, 0, 0, 0, 0, 0]], [0]);

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-export-").FullName;

    private string Training => Path.Combine(_directory, "training");

    private string Model => Path.Combine(_directory, "model");

    private string Walk => Path.Combine(_directory, "walk.mp4");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exported_directory_loads_in_the_appliance_and_says_that_it_is_for_demonstration_only()
    {
        await PhantomWalk.WriteAsync(Walk, seed: 2, this, Cancel);
        Train(new TrainingOutcome(1.5f, Evaluated));
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, "left-over.txt"), "from the release before");
        ModelCard card = Exporter.Run(Training, Model, version: 3, Walk, this, Cancel);

        using SeverityModel model = Load(Model);
        Assert.True(model.InUse.DemonstrationOnly);
        Assert.StartsWith("lus-severity-7@3:", model.InUse.Reference, StringComparison.Ordinal);
        Assert.Equal("sanmatteo-7", model.InUse.Scheme.Id);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3], model.InUse.Scheme.Severities);
        Assert.Equal(1.5, model.Description.Temperature, 1e-6);
        Assert.Equal(7 * PhantomWalk.FramesAGrade, card.Walk.Count);
        Assert.Equal(["README.md", "manifest.json", "model.onnx"], Directory.GetFiles(Model).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("for demonstration only", File.ReadAllText(Path.Combine(Model, "README.md")), StringComparison.Ordinal);
        Assert.Contains("for demonstration only", ModelManifest.Load(Model).Card!.Value.GetProperty("trained_on").GetString(), StringComparison.Ordinal);
        Assert.Equal(["model", "training", "walk.json", "walk.mp4"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_failed_export_leaves_the_models_directory_as_it_was()
    {
        Train(new TrainingOutcome(1, Evaluated));
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, SeverityModel.FileName), "the release before");
        var refused = Assert.Throws<TrainingException>(() => Exporter.Run(Training, Model, version: 1, Walk, this, Cancel));
        Assert.Contains("walk.json", refused.Message, StringComparison.Ordinal);
        Assert.Equal("the release before", File.ReadAllText(Path.Combine(Model, SeverityModel.FileName)));
        Assert.Equal(["model", "training"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_unfinished_training_is_refused()
    {
        Train(outcome: null);
        Assert.Equal(TrainingFailure.NotFinished, Assert.Throws<TrainingException>(() => Exporter.Run(Training, Model, 1, Walk, this, Cancel)).Reason);
    }

    [Fact]
    public void A_directory_without_a_training_is_refused() =>
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(() => Exporter.Run(Training, Model, 1, Walk, this, Cancel)).Reason);

    [Fact]
    public void The_committed_model_grades_the_committed_walk_as_its_card_says()
    {
        string directory = Repository.File("models/lus-severity-7");
        using SeverityModel model = Load(directory);
        Evaluation evaluation = ClipCheck.Run(model, Repository.File("models/phantom/phantom-walk.mp4"), this, Cancel);
        Assert.True(model.InUse.DemonstrationOnly);
        Assert.True(evaluation.Accuracy > 0.95, $"{evaluation.Accuracy:P1} of the frames are graded right");

        // Decoders may differ by a gray level from release to release, which a frame on the edge between two grades can tell.
        double onTheCard = ModelManifest.Load(directory).Card!.Value.GetProperty("walk").GetProperty("accuracy").GetDouble();
        Assert.Equal(onTheCard, evaluation.Accuracy, 0.01);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static SeverityModel Load(string directory) =>
        SeverityModel.Load(new InferOptions { Model = directory, Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);

    private void Train(TrainingOutcome? outcome)
    {
        using var trainer = new Trainer(Tiny);
        new CheckpointFolder(Training).Write(new TrainingRecord { Settings = Tiny, Step = 0, Elapsed = TimeSpan.Zero, Outcome = outcome }, trainer);
    }
}
