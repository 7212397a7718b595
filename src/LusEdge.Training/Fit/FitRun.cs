using System.Reflection;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Finetune;
using LusEdge.Training.Frozen;
using LusEdge.Training.Networks;
using TorchSharp;

namespace LusEdge.Training.Fit;

/// <summary>
/// <c>lusedge-train fit</c> from beginning to end: holds out each fold in turn, grades it with a model trained on the others, and
/// then trains a model on all clips. Finished parts are not repeated, so an interrupted run can continue.
/// </summary>
/// <param name="experiment">What to train.</param>
/// <param name="directory">The training's directory.</param>
/// <param name="leaky">Splits by frame instead of by patient, to show how much that flatters.</param>
/// <param name="time">Measures the elapsed time.</param>
internal sealed class FitRun(Experiment experiment, string directory, bool leaky, TimeProvider time)
{
    /// <summary>Where features are stored; several trainings can share one place.</summary>
    public string Cache { get; init; } = Path.Combine(directory, "features");

    /// <summary>Trains.</summary>
    /// <param name="parts">The folds to hold out; null for all folds and the model on all clips.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancel">Stops the work; everything done so far is kept.</param>
    /// <returns>The held-out logits of all folds finished so far.</returns>
    /// <exception cref="TrainingException">
    /// Index, clips or weights can't be used, or the directory belongs to another training.
    /// </exception>
    public IReadOnlyList<FrameLogits> Run(IReadOnlyList<int>? parts, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        TrainingClips clips = TrainingClips.Load(experiment);
        if (parts?.Except(clips.Folds).ToArray() is [var unknown, ..])
            throw new TrainingException(TrainingFailure.BadExperiment,
                $"{experiment.Index} has no fold {unknown}; it has {string.Join(", ", clips.Folds)}.");
        int frames = Math.Min(experiment.Frames, clips.Clips.Max(clip => clip.Frames));
        if (leaky && frames < clips.Folds.Count)
        {
            throw new TrainingException(
                TrainingFailure.BadExperiment,
                $"{experiment.Index}: a split by frame distributes {frames} frames per clip over {clips.Folds.Count} folds, "
                    + $"and the last fold gets none; set frames to {clips.Folds.Count} or more, and use "
                    + "clips with that many frames.");
        }

        bool startsByFold = CheckpointStart.StartsByFold(experiment, clips, leaky);
        TimeSpan before = ClaimDirectory(clips, startsByFold ? FolderName(clips.Folds[0]) : TrainedModel.AllFolder);
        bool wasFinished = IsFinished(clips);
        long started = time.GetTimestamp();
        try
        {
            using ITrainingMethod method = experiment.IsNearest
                ? new NearestFrames(new FrozenTraining(experiment, clips, Cache, progress, cancel), clips)
                : experiment.Method == Experiment.FrozenMethod ? new FrozenTraining(experiment, clips, Cache, progress, cancel)
                : new FineTuning(experiment, clips, time, progress, cancel) { StartsByFold = startsByFold };
            IReadOnlyList<Sample> samples = Samples(clips, method);
            foreach (int part in parts ?? clips.Folds) HoldOut(method, samples, part, progress, cancel);
            if (parts is null) TrainOnAll(method, samples, progress, cancel);
            MergeTables(clips);
        }
        finally
        {
            // A training that was already finished keeps the versions it was made with.
            if (!wasFinished) Write(FitRecord.FileName, Record(clips, before + time.GetElapsedTime(started)).ToJson());
        }

        return [.. clips.Folds.Select(LogitsOf).Where(File.Exists)
            .SelectMany(file => FrameLogits.Load(file, clips.Scheme.Grades.Count))];
    }

    private static string FolderName(int part) => $"fold-{part}";

    private string FolderOf(int part) => Path.Combine(directory, FolderName(part));

    private string LogitsOf(int part) => Path.Combine(FolderOf(part), FrameLogits.FileName);

    private bool IsFinished(TrainingClips clips) =>
        clips.Folds.Select(LogitsOf).Append(Path.Combine(directory, FrameLogits.FileName))
            .Append(Path.Combine(directory, TrainedModel.AllFolder, HistoryRow.FileName)).All(File.Exists);

    /// <summary>Claims a new directory, or checks that an existing one belongs to this training.</summary>
    /// <param name="clips">The clips to train on.</param>
    /// <param name="start">For a checkpoint, the folder whose weights to start from.</param>
    /// <returns>The time that the training has taken so far.</returns>
    private TimeSpan ClaimDirectory(TrainingClips clips, string start)
    {
        string file = Path.Combine(directory, Experiment.FileName);
        if (!File.Exists(file))
        {
            // Check the start weights first: once the experiment is written, a corrected one would be another experiment.
            if (experiment.Method == Experiment.FrozenMethod) TrainedModel.LoadBackbone(experiment).Dispose();
            else GradingNetwork.Start(experiment.Network, clips.Scheme.Grades.Count, start).Dispose();
            Directory.CreateDirectory(directory);
            Write(FitRecord.FileName, Record(clips, TimeSpan.Zero).ToJson());
            Write(Experiment.FileName, experiment.ToJson());
            return TimeSpan.Zero;
        }

        FitRecord record = FitRecord.Load(directory);
        string? other = File.ReadAllText(file) != experiment.ToJson() ? $"another experiment ({file})"
            : record.DataSha256 != clips.Sha256
                ? $"other clips (data_sha256 is {record.DataSha256[..8]}, expected {clips.Sha256[..8]})"
            : !record.Scheme.IsSameAs(clips.Scheme)
                ? $"another scale ({record.Scheme.Id}: {string.Join(", ", record.Scheme.Classes)}, severities "
                    + $"{string.Join(", ", record.Scheme.Severities)})"
            : record.Leaky != leaky ? $"a split by {(record.Leaky ? "frame" : "patient")}"
            : null;
        return other is null
            ? record.Elapsed
            : throw new TrainingException(TrainingFailure.SettingsMismatch,
                $"{directory}: its training started with {other}; name another directory, or delete this one.");
    }

    private FitRecord Record(TrainingClips clips, TimeSpan elapsed)
    {
        LabelledClip[] trained = [.. clips.Clips.Where(clip => TrainingClips.IsTrainedOn(clip, experiment))];
        return new FitRecord(
            clips.Sha256,
            experiment.Index,
            new SortedDictionary<string, string>
            {
                ["lusedge-train"] = VersionOf(typeof(FitRun)),
                ["TorchSharp"] = VersionOf(typeof(torch)),
                ["Microsoft.ML.OnnxRuntime"] = VersionOf(typeof(Microsoft.ML.OnnxRuntime.InferenceSession)),
                [".NET"] = Environment.Version.ToString(),
            },
            experiment.Seed,
            experiment.Threads,
            elapsed,
            leaky,
            trained.Any(TrainingClips.IsPhantom) || (experiment.Network.Start == NetworkSettings.Checkpoint
                && FitRecord.Load(experiment.Network.Weights!).DemonstrationOnly),
            trained.Length,
            new SchemeFile(clips.Scheme.Id, clips.Scheme.Grades, clips.Scheme.Severities));

        static string VersionOf(Type type) =>
            type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
    }

    private IReadOnlyList<Sample> Samples(TrainingClips clips, ITrainingMethod method)
    {
        IReadOnlyList<int> folds = clips.Folds;
        return [.. clips.Clips.SelectMany(clip => method.FrameNumbers(clip).Select((number, place) =>
            new Sample(clip, clips.ClassOf(clip), number, place, leaky ? folds[place % folds.Count] : clip.Fold)))];
    }

    private void HoldOut(ITrainingMethod method, IReadOnlyList<Sample> samples, int part, IProgress<WorkProgress> progress,
        CancellationToken cancel)
    {
        if (File.Exists(LogitsOf(part))) return;
        Train(method, FolderOf(part), $"{part}", [.. samples.Where(sample => sample.Part != part)], progress, cancel);
        Sample[] held = [.. samples.Where(sample => sample.Part == part)];
        FrameLogits[] logits =
            [.. held.Zip(method.Grade(FolderOf(part), held, cancel),
                (sample, z) => new FrameLogits(sample.Clip.File, part, sample.Number, z))];
        Write(Path.Combine(Path.GetFileName(FolderOf(part)), FrameLogits.FileName), FrameLogits.ToCsv(logits, leaky));
    }

    private void TrainOnAll(
        ITrainingMethod method, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel) =>
        Train(method, Path.Combine(directory, TrainedModel.AllFolder), TrainedModel.AllFolder, samples, progress, cancel);

    private void Train(ITrainingMethod method, string folder, string fold, IReadOnlyList<Sample> samples,
        IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        if (!File.Exists(Path.Combine(folder, method.FileName)) || !File.Exists(Path.Combine(folder, HistoryRow.FileName)))
        {
            Directory.CreateDirectory(folder);
            IReadOnlyList<HistoryRow> history = method.Train(
                folder, fold, [.. samples.Where(sample => TrainingClips.IsTrainedOn(sample.Clip, experiment))], progress, cancel);
            Write(Path.Combine(Path.GetFileName(folder), HistoryRow.FileName), HistoryRow.ToCsv(history));
        }

        method.Finish(folder);
    }

    /// <summary>Merges the tables of the folds once all are there.</summary>
    private void MergeTables(TrainingClips clips)
    {
        string[] histories = [.. clips.Folds.Select(FolderOf).Append(Path.Combine(directory, TrainedModel.AllFolder))
            .Select(folder => Path.Combine(folder, HistoryRow.FileName)).Where(File.Exists)];
        Write(HistoryRow.FileName, HistoryRow.Join(histories.Select(File.ReadAllText), leaky));
        if (!clips.Folds.All(part => File.Exists(LogitsOf(part)))) return;
        ILookup<string, FrameLogits> byFile =
            clips.Folds.SelectMany(part => FrameLogits.Load(LogitsOf(part), clips.Scheme.Grades.Count)).ToLookup(row => row.File);
        Write(FrameLogits.FileName,
            FrameLogits.ToCsv([.. clips.Clips.SelectMany(clip => byFile[clip.File].OrderBy(row => row.Frame))], leaky));
    }

    /// <summary>Writes a file atomically.</summary>
    private void Write(string name, string text)
    {
        string file = Path.Combine(directory, name);
        File.WriteAllText($"{file}.part", text);
        File.Move($"{file}.part", file, overwrite: true);
    }
}
