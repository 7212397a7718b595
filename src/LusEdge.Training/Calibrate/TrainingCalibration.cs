using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// Calibrates a training's directory: reads its logits and writes predictions.csv, quality.bin and calibration.json.
/// </summary>
internal static class TrainingCalibration
{
    /// <summary>Calibrates a training.</summary>
    /// <param name="directory">The training's directory.</param>
    /// <param name="index">The index, if it is not at the path used for the training; otherwise null.</param>
    /// <param name="foreign">A folder of pictures that show no lung, or null.</param>
    /// <param name="progress">Receives the number of pictures processed.</param>
    /// <param name="cancel">Stops the work; every file is either complete or not there.</param>
    /// <exception cref="TrainingException">The training is not finished, or its logits and the index don't match.</exception>
    public static CalibrationRecord Run(
        string directory, string? index, string? foreign, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        using TrainedModel model = TrainedModel.Load(directory);
        index = Path.GetFullPath(index ?? model.Record.Index);
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(index);
        TrainingClips.CheckSame(index, clips, model.Record);
        bool leaky = model.Record.Leaky;
        IReadOnlyList<HeldOutLogits> logits =
            HeldOutLogits.Load(Path.Combine(directory, FrameLogits.FileName), clips, model.Scheme, leaky);
        IReadOnlyList<string> sets = model.Experiment.Datasets;
        (CalibrationRecord record, IReadOnlyList<FrameGrade> predictions) =
            Calibrator.FitTemperatures(logits, clip => sets.Count == 0 || sets.Contains(clip.Dataset), leaky);

        // The gate is fitted before anything is written: if that fails, the directory stays as it was.
        QualityGate? gate = null;
        if (!leaky && !model.Experiment.IsNearest)
        {
            string root = Path.GetDirectoryName(index)!;
            LabelledClip[] trained = [.. clips.Where(clip => sets.Count == 0 || sets.Contains(clip.Dataset))];
            ForeignPicture[] strangers = [.. Calibrator.LoadForeign(foreign, cancel)];
            int total = trained.Length * model.Experiment.Frames + strangers.Length;
            using var network =
                new QualityFeatures(
                    TrainedGraph.Build(model, TrainedGraph.Describe(model, record.Temperature, record.MinConfidence,
                        record.MinQuality, halfWeights: false), quality: null, halfWeights: false));
            (gate, GateFigures figures) = Calibrator.FitGate(
                network,
                trained.SelectMany(clip => ClipFrames.Read(root, clip, model.Experiment.Frames, ClipFrames.BlackMean, cancel)
                    .Select(frame => (clip, frame))),
                strangers,
                ClipFrames.BlackMean,
                record.MinConfidence,
                seen => progress.Report(new WorkProgress("gate", seen, total)),
                cancel);
            record = record with { Gate = figures, MinQuality = Calibrator.MinQuality };
        }

        string table = Path.Combine(directory, FrameGrade.FileName);
        File.WriteAllText($"{table}.part", FrameGrade.ToCsv(predictions, leaky));
        File.Move($"{table}.part", table, overwrite: true);
        if (gate is not null) QualityFile.Write(Path.Combine(directory, QualityFile.FileName), gate);
        record.Write(directory);
        return record;
    }
}
