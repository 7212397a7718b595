using System.Globalization;
using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

/// <summary>The experiments that the shipped models come from.</summary>
[Collection(TorchTests.Name)]
public sealed class ShippedModelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-shipped-").FullName;

    [Theory]
    [InlineData("lus-severity-4", "iclus-4", "clips/index.csv")]
    [InlineData("lus-severity-7", "sanmatteo-7", "phantom/index.csv")]
    public void A_shipped_models_experiment_is_one_that_fit_takes(string id, string scheme, string index)
    {
        Experiment experiment = Experiment.Load(FileOf(id));
        Assert.Equal(scheme, experiment.Scheme);
        Assert.Equal(Repository.File($"models/experiments/{index}"), experiment.Index);
    }

    [Fact]
    public void The_folds_of_lus_severity_4_trained_again_from_its_experiment_give_the_cards_figures()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes ten minutes: tests/run.sh --all");
        Experiment experiment = Experiment.Load(FileOf("lus-severity-4"));
        experiment = experiment with { Index = SharedClips.Index(), Network = experiment.Network with { Weights = ImagenetPackage.File() } };
        TrainingClips clips = TrainingClips.Load(experiment);
        new FitRun(experiment, _directory, leaky: false, TimeProvider.System).Run(clips.Folds, new Silent(), TestContext.Current.CancellationToken);

        string card = Repository.File("models/lus-severity-4");
        Predictions shipped = Predictions.Load(Path.Combine(card, FrameGrade.FileName), clips.Clips);
        IReadOnlyList<HeldOutLogits> logits = HeldOutLogits.Load(Path.Combine(_directory, FrameLogits.FileName), clips.Clips, clips.Scheme, leaky: false);
        IReadOnlyList<FrameGrade> again = Calibrator.Temper(logits, _ => true, leaky: false).Predictions;

        Assert.Equal(shipped.Frames.Select(row => (row.File, row.Fold, row.Frame)), again.Select(row => (row.File, row.Fold, row.Frame)));
        float farthest = shipped.Frames.Zip(again, (one, other) => one.P.Zip(other.P, (p, q) => MathF.Abs(p - q)).Max()).Max();
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{again.Count} frames, no probability farther than {farthest:0.00000}"));

        // The card's table has four decimals, and another processor adds up in another order.
        Assert.InRange(farthest, 0, 0.001f);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Assert.Equal(Headlines(shipped.Figures(clips.Clips, null, cancel)), Headlines(ClipFigures.Of(clips.Clips, again, clips.Scheme, null, cancel)));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string FileOf(string id) => Repository.File($"models/experiments/{id}.json");

    /// <summary>What the card and the README say, to the two decimals that they say.</summary>
    private static string[] Headlines(IReadOnlyList<SetFigures> sets) =>
    [
        .. sets.SelectMany(set => set.Rules.Select(rule => string.Create(
            CultureInfo.InvariantCulture,
            $"{set.Dataset}, {rule.Rule}: right {rule.Accuracy.Value:0.00}, within one {rule.WithinOne.Value:0.00}, macro-F1 {rule.MacroF1.Value:0.00}, kappa {rule.QuadraticKappa.Value:0.00}"))),
    ];

    private sealed class Silent : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }
}
