using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Export;
using LusEdge.Training.Fit;
using LusEdge.Training.Quantize;
using LusEdge.TrainingTests.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.TrainingTests.Fit;

/// <summary>The shipped models and their experiments.</summary>
[Collection(TorchTests.Name)]
public sealed class ShippedModelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-shipped-").FullName;

    [Theory]
    [InlineData("lus-severity-4", "iclus-4", "clips/index.csv")]
    [InlineData("lus-severity-7", "sanmatteo-7", "phantom/index.csv")]
    public void The_experiment_of_a_shipped_model_is_valid(string id, string scheme, string index)
    {
        Experiment experiment = Experiment.Load(FileOf(id));
        Assert.Equal(scheme, experiment.Scheme);
        Assert.Equal(Repository.File($"models/experiments/{index}"), experiment.Index);
    }

    [Theory]
    [InlineData("lus-severity-4", "fp32")]
    [InlineData("lus-severity-7", "int8")]
    public void A_shipped_model_is_signed_by_the_shipped_key_and_gives_its_golden_answers(string id, string precision)
    {
        string directory = Repository.File($"models/{id}"), key = Repository.File("models/lusedge-models.pub");
        var options = new ModelOptions { Model = directory, Provider = ProviderChoice.Cpu, TrustedKeys = [key] };
        var loader = new ModelLoader(options, NullLogger<SeverityModel>.Instance);
        ModelPackage package = ModelPackage.Verify(directory, loader.Keys);
        (SeverityModel model, Parity parity) = loader.LoadAndTest(package);
        using (model) Assert.Equal((7, true, precision), (parity.Frames, parity.Holds, model.InUse.Precision));
    }

    [Theory]
    [InlineData("lus-severity-4")]
    [InlineData("lus-severity-7")]
    public void A_shipped_models_card_has_the_words_of_its_template_and_of_the_program(string id)
    {
        string directory = Repository.File($"models/{id}"), about = Repository.File($"models/cards/{id}.md");
        ModelCard card = ModelManifest.Load(directory).Card!.Value.Deserialize(ModelCardJson.Default.ModelCard)!;
        string exported = card.ToMarkdown(id, Experiment.Load(FileOf(id)), halfWeights: false, File.ReadAllText(about).Trim());
        string shipped = File.ReadAllText(Path.Combine(directory, ModelPackage.CardFile));
        int start = shipped.IndexOf("## Quantised to 8 bits", StringComparison.Ordinal);
        if (start < 0)
        {
            Assert.Equal(exported, shipped);
            return;
        }

        // quantize inserts a section and replaces two lines.
        shipped = shipped.Remove(start, shipped.IndexOf("## How good it is", StringComparison.Ordinal) - start);
        Assert.Equal(OfExport(exported), OfExport(shipped));

        static IEnumerable<string> OfExport(string text) => text.Split('\n').Where(line =>
            !line.StartsWith(ModelCard.Precision, StringComparison.Ordinal)
            && !line.StartsWith(ModelCard.WrittenBy, StringComparison.Ordinal));
    }

    [Fact]
    public void The_demos_model_meets_the_requirements_for_replacing_full_precision()
    {
        ModelManifest manifest = ModelManifest.Load(Repository.File("models/lus-severity-7"));
        JsonElement quantized = manifest.Card!.Value.GetProperty("quantized");
        Assert.InRange(quantized.GetProperty("same_grade").GetDouble(), Quantizer.WantedAgreement, 1);
        Assert.InRange(quantized.GetProperty("times_as_fast").GetDouble(), Quantizer.WantedRatio, 10);
        Assert.InRange(quantized.GetProperty("kept_by_the_gate").GetProperty("int8").GetDouble(), GateFigures.Kept, 1);
        Assert.True(quantized.GetProperty("gives_golden_answers_of_full_precision").GetBoolean());
        JsonElement foreign = quantized.GetProperty("foreign_pictures_graded");
        Assert.InRange(foreign.GetProperty("int8").GetInt32(), 0, foreign.GetProperty("full_precision").GetInt32());

        // The README shows a message of this model.
        string readme = File.ReadAllText(Repository.File("README.md"));
        Assert.Contains($"\"model\":\"{manifest.Reference}\"", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_lus_severity_4_again_gives_the_shipped_predictions()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes five minutes: tests/run.sh --all");
        Experiment experiment = Experiment.Load(FileOf("lus-severity-4"));
        experiment = experiment with
        {
            Index = SharedClips.Index(),
            Network = experiment.Network with { Weights = ImagenetPackage.File() },
        };
        TrainingClips clips = TrainingClips.Load(experiment);
        new FitRun(experiment, _directory, leaky: false, TimeProvider.System)
            .Run(clips.Folds, new Progress<WorkProgress>(), TestContext.Current.CancellationToken);

        string card = Repository.File("models/lus-severity-4");
        Predictions shipped = Predictions.Load(Path.Combine(card, FrameGrade.FileName), clips.Clips);
        IReadOnlyList<HeldOutLogits> logits =
            HeldOutLogits.Load(Path.Combine(_directory, FrameLogits.FileName), clips.Clips, clips.Scheme, leaky: false);
        IReadOnlyList<FrameGrade> again = Calibrator.FitTemperatures(logits, _ => true, leaky: false).Predictions;

        Assert.Equal(
            shipped.Frames.Select(row => (row.File, row.Fold, row.Frame)), again.Select(row => (row.File, row.Fold, row.Frame)));
        float farthest = shipped.Frames.Zip(again, (one, other) => one.P.Zip(other.P, (p, q) => MathF.Abs(p - q)).Max()).Max();
        TestContext.Current.TestOutputHelper?.WriteLine(
            FormattableString.Invariant($"{again.Count} frames, no probability differs by more than {farthest:0.00000}"));

        // The table has four decimals, and another processor adds up in a different order, which may change a clip on the edge
        // between two grades.
        Assert.InRange(farthest, 0, 0.001f);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        double[] expected = Headlines(shipped.Figures(clips.Clips, null, cancel)),
            found = Headlines(ClipFigures.Of(clips.Clips, again, clips.Scheme, null, cancel));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 0.02));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string FileOf(string id) => Repository.File($"models/experiments/{id}.json");

    /// <summary>
    /// The share of right grades, those within one, macro-F1 and kappa of each set, for every clip rule. Another test checks that
    /// the card matches its table.
    /// </summary>
    private static double[] Headlines(IReadOnlyList<SetFigures> sets) =>
        [.. sets.SelectMany(set => set.Rules).SelectMany(
            rule => (double[])[rule.Accuracy.Value, rule.WithinOne.Value, rule.MacroF1.Value, rule.QuadraticKappa.Value])];
}
