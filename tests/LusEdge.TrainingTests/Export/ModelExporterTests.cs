using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Export;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.TrainingTests.Export;

/// <summary>
/// From a finished training to a model directory: calibrated, exported, and compared with the training's own network.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class ModelExporterTests : IDisposable, IProgress<WorkProgress>
{
    private static readonly Experiment Residual = TinyTraining.Residual;

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-export-").FullName;

    public static TheoryData<string> Kinds => ["residual", "bottleneck", "head", "head of two stages", "head with a profile"];

    private string Model => Path.Combine(_directory, "lus-tiny");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_training_exports_a_model_with_the_same_grades_and_quality(string kind)
    {
        string training = TinyTraining.Write(_directory, Kind(kind));
        CalibrationRecord record = TrainingCalibration.Run(training, null, null, this, Cancel);
        (ModelCard card, float difference, Evaluation? walk) =
            ModelExporter.Run(training, Model, 4, halfWeights: false, null, null, this, Cancel);
        Assert.InRange(difference, 0, 1e-4f);
        Assert.Null(walk);

        using SeverityModel model = SeverityModel.Load(
            Model, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        Assert.StartsWith("lus-tiny@4:", model.InUse.Reference, StringComparison.Ordinal);
        Assert.True(model.InUse.DemonstrationOnly);
        Assert.Equal((record.MinConfidence, 0.5f), (model.Description.Gate.MinConfidence, model.Description.Gate.MinQuality));
        Assert.Equal(record.Temperature, model.Description.Temperature, 1e-6);
        Assert.Contains(
            FiguresTable.ToMarkdown(card.HeldOut), File.ReadAllText(Path.Combine(Model, "README.md")), StringComparison.Ordinal);
        Assert.Contains(
            "| phantom | 8 | 8 | CC0 |", File.ReadAllText(Path.Combine(Model, "README.md")), StringComparison.Ordinal);

        // The golden answers come from the file itself, and the trainer computes the same quality independently.
        using var session = new InferenceSession(Path.Combine(Model, SeverityModel.FileName));
        using var network = new QualityFeatures(File.ReadAllBytes(Path.Combine(Model, SeverityModel.FileName)));
        QualityGate gate = QualityFile.Read(Path.Combine(training, QualityFile.FileName));

        // A network of bottlenecks has four times as many channels in its third stage.
        Assert.Equal(QualityGate.Bands * 4 * Residual.Network.Width * (kind == "residual" ? 1 : BottleneckBlock.Expansion),
            gate.Mean.Length);
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Model, "golden", "expected.json")));
        Assert.Equal(ModelManifest.Load(Model).Sha256, golden.RootElement.GetProperty("model_sha256").GetString());
        JsonElement[] frames = [.. golden.RootElement.GetProperty("frames").EnumerateArray()];
        Assert.Equal(7, frames.Length);
        foreach (JsonElement frame in frames)
        {
            GrayFrame picture =
                PictureFolder.Read(Path.Combine(Model, "golden", frame.GetProperty("file").GetString()!), 1, 0, Cancel).Single();
            using var input = OrtValue.CreateTensorValueFromMemory(picture.Pixels, [1, 1, picture.Height, picture.Width]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs =
                session.Run(run, ["frame"], [input], ["probabilities", "quality", "cam", "logits"]);
            float[] p = outputs[0].GetTensorDataAsSpan<float>().ToArray();
            float[] expected = [.. frame.GetProperty("probabilities").EnumerateArray().Select(one => one.GetSingle())];
            Assert.All(p.Zip(expected), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal(
                gate.Quality(gate.Distance(network.Extract(picture).Pooled)), outputs[1].GetTensorDataAsSpan<float>()[0], 1e-3f);
            Assert.Equal(frame.GetProperty("quality").GetSingle(), outputs[1].GetTensorDataAsSpan<float>()[0], 1e-4f);
        }
    }

    [Fact]
    public void A_leaky_training_can_be_calibrated_but_is_never_exported()
    {
        string training = TinyTraining.Write(_directory, Residual, leaky: true);
        CalibrationRecord record = TrainingCalibration.Run(training, null, null, this, Cancel);
        Assert.True(record.Leaky);
        Assert.Null(record.Gate);
        Assert.StartsWith(Predictions.LeakyMarker + "\n", File.ReadAllText(Path.Combine(training, FrameGrade.FileName)),
            StringComparison.Ordinal);
        var refused =
            Assert.Throws<TrainingException>(() => ModelExporter.Run(training, Model, 1, false, null, null, this, Cancel));
        Assert.Equal(TrainingFailure.Leaky, refused.Reason);
        Assert.Contains("memory, not skill", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public void Changed_labels_are_refused_by_calibrate_and_export()
    {
        string training = TinyTraining.Write(_directory, Residual), index = Path.Combine(_directory, "index.csv"),
            moved = Directory.CreateDirectory(Path.Combine(_directory, "moved")).FullName;
        foreach (string file in (string[])[index, .. Directory.GetFiles(_directory, "*.mp4")])
            File.Copy(file, Path.Combine(moved, Path.GetFileName(file)));
        TrainingCalibration.Run(training, Path.Combine(moved, "index.csv"), null, this, Cancel);
        string calibration = File.ReadAllText(Path.Combine(training, "calibration.json"));

        File.WriteAllText(index, File.ReadAllText(index).Replace(",0,100,", ",1,100,", StringComparison.Ordinal));
        foreach (Action run in (Action[])[() => TrainingCalibration.Run(training, null, null, this, Cancel),
            () => ModelExporter.Run(training, Model, 1, false, null, null, this, Cancel)])
        {
            var refused = Assert.Throws<TrainingException>(run);
            Assert.StartsWith(
                $"{index}: the index or its clips are not those of the training", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(calibration, File.ReadAllText(Path.Combine(training, "calibration.json")));
        Assert.False(Directory.Exists(Model));
    }

    [Fact]
    public void Missing_or_invalid_input_is_reported_and_nothing_is_written()
    {
        string training = TinyTraining.Write(_directory, Residual), table = Path.Combine(training, FrameLogits.FileName);
        Assert.Contains("not calibrated; run `lusedge-train calibrate",
            Refused(() => ModelExporter.Run(training, Model, 1, false, null, null, this, Cancel)), StringComparison.Ordinal);
        string whole = File.ReadAllText(table);
        File.Delete(table);
        Assert.Contains("no held-out logits", Refused(Calibrate), StringComparison.Ordinal);
        File.WriteAllText(table, whole.Replace("0.mp4,1,0,", "0.mp4,2,0,", StringComparison.Ordinal));
        Assert.Contains("row 2: fold is 2, but 0.mp4 is in fold 1", Refused(Calibrate), StringComparison.Ordinal);
        File.WriteAllText(table, whole.Replace("0.mp4,1,0,", "9.mp4,1,0,", StringComparison.Ordinal));
        Assert.Contains("row 2: the index has no clip 9.mp4", Refused(Calibrate), StringComparison.Ordinal);
        File.WriteAllText(table, whole);
        Assert.Contains(
            "the folder does not exist", Refused(() => TrainingCalibration.Run(
                training, null, Path.Combine(_directory, "nothing"), this, Cancel)), StringComparison.Ordinal);
        Assert.Equal(["all", "experiment.json", "logits.csv", "record.json"], Directory.GetFileSystemEntries(training)
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Model));

        void Calibrate() => TrainingCalibration.Run(training, null, null, this, Cancel);
    }

    [Fact]
    public void A_failed_export_leaves_the_models_directory_as_it_was()
    {
        string training = TinyTraining.Write(_directory, Residual);
        TrainingCalibration.Run(training, null, null, this, Cancel);
        Directory.CreateDirectory(Model);
        File.WriteAllText(Path.Combine(Model, "left-over.txt"), "from the release before");
        Assert.Contains("something other than a model",
            Refused(() => ModelExporter.Run(training, Model, 1, false, null, null, this, Cancel)), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Model, ModelManifest.FileName), "{}");
        Assert.Contains(
            "0.json", Refused(() => ModelExporter.Run(
                training, Model, 1, false, Path.Combine(_directory, "0.mp4"), null, this, Cancel)), StringComparison.Ordinal);
        Assert.Equal(["left-over.txt", "manifest.json"], Directory.GetFileSystemEntries(Model).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists($"{Model}.part"));

        ModelExporter.Run(training, Model, 1, false, null, null, this, Cancel);
        Assert.Equal(
            ["README.md", "golden", "manifest.json", "model.onnx", "predictions.csv"],
            Directory.GetFileSystemEntries(Model).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Refused(Action action) => Assert.Throws<TrainingException>(action).Message;

    private static Experiment Kind(string kind) => kind switch
    {
        "residual" => Residual,
        "bottleneck" => Residual with { Network = new NetworkSettings { Architecture = NetworkSettings.ResNet50, Width = 16 } },
        _ => Residual with
        {
            Method = Experiment.FrozenMethod,
            Network = new NetworkSettings { Architecture = NetworkSettings.ResNet50, Width = 16 },
            Frozen = new FrozenSettings
            {
                Stages = kind == "head of two stages" ? [3, 4] : [3],
                Bands = 2,
                Profile = kind == "head with a profile",
            },
        },
    };
}
