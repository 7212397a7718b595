using System.Diagnostics;
using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Export;
using LusEdge.Training.Finetune;
using LusEdge.Training.Fit;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Phantom;
using LusEdge.TrainingTests.Torch;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.TrainingTests.Fit;

/// <summary>From an index and an experiment to a training's directory, with the tiny phantom collection.</summary>
[Collection(TorchTests.Name)]
public sealed class FitRunTests(PhantomClips phantom) : FitTest(phantom)
{
    /// <summary>128 plus the number of SIGKILL.</summary>
    private const int Killed = 137;

    [Fact]
    public void Fine_tuning_writes_all_documented_files()
    {
        string training = In("training");
        IReadOnlyList<FrameLogits> logits = Run(Finetune, training);
        Assert.Equal(28, logits.Count);
        Assert.All(logits, row => Assert.Equal(7, row.Z.Count));
        Assert.Equal(
            ["all", "experiment.json", "fold-1", "fold-2", "history.csv", "logits.csv", "record.json"],
            Directory.GetFileSystemEntries(training).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["history.csv", "weights.bin"], Directory.GetFileSystemEntries(Path.Combine(training, "all"))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["1,1,", "1,2,", "2,1,", "2,2,", "all,1,", "all,2,"],
            File.ReadAllLines(Path.Combine(training, "history.csv"))[1..]
                .Select(line => string.Join(',', line.Split(',')[..2]) + ","));
        Assert.Equal(logits.Select(row => row.File).Distinct().Count(), FrameLogits.Load(Path.Combine(training, "logits.csv"), 7)
            .Select(row => row.File).Distinct().Count());

        using TrainedModel model = TrainedModel.Load(training);
        Assert.NotNull(model.Residual);
        Assert.Null(model.Head);
        Assert.Equal(("sanmatteo-7", 7, 64), (model.Scheme.Id, model.Scheme.Grades.Count, model.Size));
        Assert.Equal(Finetune.ToJson(), model.Experiment.ToJson());
    }

    [Fact]
    public void A_training_interrupted_between_two_steps_ends_with_the_same_bits()
    {
        Run(Validated, In("whole"));
        foreach (int after in (int[])[1, 3, 4])
        {
            string training = In($"stopped-{after}");
            int steps = 0;
            using var stop = new CancellationTokenSource();
            var watcher = new Watcher(progress =>
            {
                if (progress.Stage is "1" or "2" or "all" && ++steps == after) stop.Cancel();
            });
            Assert.Throws<OperationCanceledException>(
                () => new FitRun(Validated, training, leaky: false, TimeProvider.System).Run(null, watcher, stop.Token));
            Run(Validated, training);
            foreach (string file in (string[])["all/weights.bin", "fold-1/weights.bin", "logits.csv", "history.csv"])
                Assert.Equal(File.ReadAllBytes(Path.Combine(In("whole"), file)), File.ReadAllBytes(Path.Combine(training, file)));
        }
    }

    [Fact]
    public async Task A_program_killed_twice_at_random_times_ends_with_the_same_weights()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes a minute: tests/run.sh --all");
        string experiment = In("experiment.json");
        File.WriteAllText(
            experiment, (Validated with { Finetune = Finetune.Finetune with { Epochs = 40, Patience = 40 } }).ToJson());
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, await Fit(In("whole"), null));
        TimeSpan whole = watch.Elapsed;

        // Such a short run ends before its first checkpoint is due: it leaves finished folds, and a file that was being written.
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        int kills = 0;
        for (int i = 0; i < 2; i++) kills += await Fit(In("killed"), whole * (0.2 + 0.3 * random.NextDouble())) == Killed ? 1 : 0;
        Assert.True(kills > 0, $"seed {seed}: the program ended before it was killed");
        Assert.Equal(0, await Fit(In("killed"), null));
        foreach (string file in (string[])[
            "all/weights.bin", "fold-1/weights.bin", "fold-2/weights.bin", "logits.csv", "history.csv"])
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(In("whole"), file)).AsSpan()
                    .SequenceEqual(File.ReadAllBytes(Path.Combine(In("killed"), file))),
                $"seed {seed}: {file} differs after {kills} kills");
        }

        async Task<int> Fit(string training, TimeSpan? killAfter)
        {
            var start = new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "lusedge-train.dll"), "fit", experiment, "--out", training])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task output =
                Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            if (killAfter is { } time)
            {
                await Task.WhenAny(process.WaitForExitAsync(Cancel), Task.Delay(time, Cancel));

                // SIGKILL: the program gets no warning. If it has already exited, nothing happens.
                process.Kill();
            }

            await process.WaitForExitAsync(Cancel);
            await output;
            return process.ExitCode;
        }
    }

    [Fact]
    public void Training_a_head_on_two_stages_copies_and_a_profile_is_reproducible()
    {
        IReadOnlyList<FrameLogits> first = Run(Frozen, In("first")), second = Run(Frozen, In("second"));
        Assert.Equal(first.Select(row => string.Join(' ', row.Z)), second.Select(row => string.Join(' ', row.Z)));
        using TrainedModel model = TrainedModel.Load(In("first"));
        Assert.Equal(3, model.Bottleneck!.Stages.Count);
        Assert.Null(model.Bottleneck.Classifier);

        // Two bands of two stages, 16 * (4 << 1) and 16 * (4 << 2) channels; five features per row of the profile.
        int rows = Frozen.Size / 4;
        Assert.Equal(7 * ((2 * (128 + 256)) + (5 * rows)), model.Head!.Weight.Length);
    }

    [Fact]
    public void Only_the_last_stage_of_a_resnet_50_can_be_fine_tuned()
    {
        Experiment experiment = Finetune with
        {
            Network = new NetworkSettings { Architecture = NetworkSettings.ResNet50, Width = 16 },
            Loss = Experiment.CrossEntropy,
            Finetune = new FinetuneSettings
            {
                Epochs = 1,
                Batch = 8,
                LastStages = 1,
                LossOn = FinetuneSettings.ClipLoss,
                FindingsWeight = 0.5,
                Schedule = FinetuneSettings.Cosine
            },
        };
        new FitRun(experiment, In("training"), leaky: false, TimeProvider.System).Run([1], Silent, Cancel);
        Assert.False(File.Exists(In("training/logits.csv")));
        Run(experiment, In("training"));
        using TrainedModel model = TrainedModel.Load(In("training"));
        Assert.NotNull(model.Bottleneck!.Classifier);
        using GradingNetwork start = StartOf(experiment);
        Dictionary<string, float[]> before = Numbers(start.Module), after = Numbers(model.Bottleneck);
        Assert.Equal(before["stage3_0.conv1.weight"], after["stage3_0.conv1.weight"]);
        Assert.Equal(before["stage3_0.bn1.running_mean"], after["stage3_0.bn1.running_mean"]);
        Assert.NotEqual(before["stage4_0.conv1.weight"], after["stage4_0.conv1.weight"]);
        Assert.NotEqual(before["fc.weight"], after["fc.weight"]);
    }

    [Fact]
    public void A_frame_split_marks_all_its_files_as_leaky()
    {
        new FitRun(Frozen, In("training"), leaky: true, TimeProvider.System).Run(null, Silent, Cancel);
        Assert.StartsWith(Predictions.LeakyMarker, File.ReadAllText(In("training/logits.csv")), StringComparison.Ordinal);
        Assert.Contains("\nleaky-1,", File.ReadAllText(In("training/history.csv")), StringComparison.Ordinal);
        Assert.True(FitRecord.Load(In("training")).Leaky);

        // Both parts contain a frame of each clip.
        Assert.All(FrameLogits.Load(In("training/logits.csv"), 7)
            .GroupBy(row => row.File), clip => Assert.Equal([1, 2], clip.Select(row => row.Fold).Order()));
        var refused = Assert.Throws<TrainingException>(() => Run(Frozen, In("training")));
        Assert.Contains("a split by frame", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_nearest_grader_is_nearly_perfect_with_a_frame_split_and_not_exported()
    {
        Experiment nearest =
            Frozen with { Frames = 8, Frozen = new FrozenSettings { Stages = [2], Bands = 2, Grader = FrozenSettings.Nearest } };
        double byFrame = RightOf(new FitRun(nearest, In("frames"), leaky: true, TimeProvider.System).Run(null, Silent, Cancel));
        double byPatient = RightOf(Run(nearest, In("patients")));
        Assert.InRange(byFrame, 0.95, 1);
        Assert.InRange(byPatient, 0, 0.8);

        CalibrationRecord record = TrainingCalibration.Run(In("patients"), null, null, Silent, Cancel);
        Assert.Null(record.Gate);
        var refused = Assert.Throws<TrainingException>(
            () => ModelExporter.Run(In("patients"), In("model"), 1, false, null, null, Silent, Cancel));
        Assert.Contains("its grader is nearest, which compares frames", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("model")));

        double RightOf(IReadOnlyList<FrameLogits> logits)
        {
            TrainingClips clips = TrainingClips.Load(nearest);
            Assert.Equal(14 * 8, logits.Count);
            return logits.Count(row => row.Z.Index().MaxBy(pair => pair.Item).Index == clips.ClassOf(
                clips.Clips.Single(clip => clip.File == row.File))) / (double)logits.Count;
        }
    }

    [Fact]
    public void Training_on_the_phantom_is_always_marked_as_for_demonstration_only()
    {
        Run(Frozen, In("training"));
        Assert.True(TrainedModel.Load(In("training")).Record.DemonstrationOnly);
        Assert.DoesNotContain("demonstration", Frozen.ToJson(), StringComparison.OrdinalIgnoreCase);

        // A training that continues from it on other clips is for demonstration only too.
        string index = Path.Combine(Phantom.Directory, "patients.csv");
        File.WriteAllText(index, File.ReadAllText(Phantom.Index).Replace(",phantom,", ",hospital,", StringComparison.Ordinal));
        Experiment other = Finetune with { Index = index, Finetune = Finetune.Finetune with { Epochs = 1 } };
        Run(other, In("patients"));
        Assert.False(FitRecord.Load(In("patients")).DemonstrationOnly);
        Run(Finetune, In("start"));
        Run(other with { Network = other.Network with { Start = NetworkSettings.Checkpoint, Weights = In("start") } },
            In("continued"));
        Assert.True(FitRecord.Load(In("continued")).DemonstrationOnly);
    }

    [Fact]
    public void Checkpoints_are_written_every_minute_and_incomplete_ones_are_ignored()
    {
        var time = new FakeTimeProvider();
        var checkpoints = new CheckpointFolder(In("training/fold-1/checkpoints"));
        var steps = new List<int?>();
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(progress =>
        {
            if (progress.Stage != "1") return;
            steps.Add(checkpoints.Newest is { } newest ? TrainingState.Load(newest).Step : null);
            Directory.CreateDirectory(In($"training/fold-1/checkpoints/step-{progress.Done + 5:D7}.part"));
            time.Advance(TimeSpan.FromSeconds(40));
            if (progress.Done == 4) stop.Cancel();
        });
        Experiment experiment = Finetune with { Finetune = Finetune.Finetune with { Epochs = 3, Batch = 4 } };
        Assert.Throws<OperationCanceledException>(
            () => new FitRun(experiment, In("training"), leaky: false, time).Run(null, watcher, stop.Token));
        Assert.Equal([null, null, 2, 2], steps);
        Assert.Equal(4, TrainingState.Load(checkpoints.Newest!).Step);
    }

    [Fact]
    public void A_damaged_record_is_refused_by_name()
    {
        Run(Frozen, In("training"));
        File.WriteAllText(In("training/record.json"), "{");
        var refused = Assert.Throws<TrainingException>(() => Run(Frozen, In("training")));
        Assert.Equal(TrainingFailure.Unreadable, refused.Reason);
        Assert.Contains(In("training/record.json"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_of_another_experiment_is_refused()
    {
        Run(Frozen, In("training"));
        var refused = Assert.Throws<TrainingException>(() => Run(Frozen with { Seed = 2 }, In("training")));
        Assert.Equal(TrainingFailure.SettingsMismatch, refused.Reason);
        Assert.Contains("another experiment", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edited_scale_is_refused_and_the_record_is_kept()
    {
        string scheme = In("mine.json");
        File.WriteAllText(scheme,
            """{ "id": "mine", "classes": ["0", "0*", "1", "1*", "2", "2*", "3"], "severities": [0, 0, 1, 1, 2, 2, 3] }""");
        Experiment experiment = Frozen with { Scheme = scheme, Frozen = Frozen.Frozen with { Copies = 0 } };
        Run(experiment, In("training"));
        string record = File.ReadAllText(In("training/record.json"));
        File.WriteAllText(scheme, File.ReadAllText(scheme).Replace("mine", "ours", StringComparison.Ordinal));
        Assert.Contains("started with another scale (mine: 0, 0*, 1, ",
            Assert.Throws<TrainingException>(() => Run(experiment, In("training"))).Message, StringComparison.Ordinal);
        Assert.Equal(record, File.ReadAllText(In("training/record.json")));
    }

    [Fact]
    public void A_finished_training_keeps_the_versions_it_was_made_with()
    {
        Run(Frozen, In("training"));
        FitRecord record = FitRecord.Load(In("training"));
        string older = (record with { Packages = new Dictionary<string, string> { ["TorchSharp"] = "0.1" } }).ToJson();
        File.WriteAllText(In("training/record.json"), older);
        Run(Frozen, In("training"));
        Assert.Equal(older, File.ReadAllText(In("training/record.json")));
    }

    [Fact]
    public void An_unknown_fold_and_a_frame_split_with_too_few_frames_are_refused()
    {
        var refused = Assert.Throws<TrainingException>(
            () => new FitRun(Finetune, In("training"), leaky: false, TimeProvider.System).Run([0], Silent, Cancel));
        Assert.EndsWith("has no fold 0; it has 1, 2.", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<TrainingException>(() =>
            new FitRun(Finetune with { Frames = 1 }, In("training"), leaky: true, TimeProvider.System).Run(null, Silent, Cancel));
        Assert.Contains("distributes 1 frames per clip over 2 folds", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("training")));
    }

    [Fact]
    public void A_checkpoint_without_its_best_epoch_is_refused()
    {
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(progress =>
        {
            if (progress is { Stage: "1", Done: 1 }) stop.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => new FitRun(Validated, In("training"), leaky: false, TimeProvider.System).Run(null, watcher, stop.Token));
        string checkpoint = new CheckpointFolder(In("training/fold-1/checkpoints")).Newest!;
        File.Delete(Path.Combine(checkpoint, "best.bin"));
        Assert.EndsWith($"Delete {checkpoint} and continue without it.",
            Assert.Throws<TrainingException>(() => Run(Validated, In("training"))).Message, StringComparison.Ordinal);
        Directory.Delete(checkpoint, recursive: true);
        Run(Validated, In("training"));
        Assert.Equal(["history.csv", "logits.csv", "weights.bin"], Directory.GetFileSystemEntries(In("training/fold-1"))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_without_a_finished_training_is_refused_as_a_model()
    {
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(() => TrainedModel.Load(In(""))).Reason);
        new FitRun(Frozen, In("training"), leaky: false, TimeProvider.System).Run([1], Silent, Cancel);
        Assert.Equal(
            TrainingFailure.NotFinished, Assert.Throws<TrainingException>(() => TrainedModel.Load(In("training"))).Reason);
    }

    private static GradingNetwork StartOf(Experiment experiment)
    {
        TorchSharp.torch.manual_seed(experiment.Seed);
        return GradingNetwork.Start(experiment.Network, 7, TrainedModel.AllFolder);
    }
}
