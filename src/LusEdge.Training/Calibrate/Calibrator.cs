using System.Globalization;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// <c>lusedge-train calibrate</c>: makes calibrated probabilities from held-out logits, and a gate from the training pictures
/// that recognises pictures unlike them.
/// </summary>
internal static class Calibrator
{
    /// <summary>
    /// The confidence threshold keeps this share of the held-out frames. So its cost in frames is known; its benefit is measured.
    /// </summary>
    private const double ConfidentShare = 0.95;

    /// <summary>The threshold is never higher than this: a grade more probable than all others together is an answer.</summary>
    private const float ConfidentEnough = 0.5f;

    /// <summary>
    /// The threshold of the gates fitted here: quality is one half at the farthest distance of the real frames that are kept.
    /// </summary>
    public const float MinQuality = 0.5f;

    /// <summary>The number of directions that count as known. Values from 20 to 200 made no notable difference.</summary>
    private const int Directions = 50;

    private const int ForeignPerKind = 20, FramesPerFile = 8;
    private const ulong ForeignSeed = 11;

    /// <summary>Fits the temperatures and the confidence threshold, and makes the held-out predictions.</summary>
    /// <param name="logits">All held-out frames.</param>
    /// <param name="isTrainedOn">Whether a clip was trained on; temperatures are fitted only on such clips.</param>
    /// <param name="leaky">Whether frames of the same clip were both trained on and held out.</param>
    public static (CalibrationRecord Record, IReadOnlyList<FrameGrade> Predictions) FitTemperatures(
        IReadOnlyList<HeldOutLogits> logits, Func<LabelledClip, bool> isTrainedOn, bool leaky)
    {
        HeldOutLogits[] fitting = [.. logits.Where(row => isTrainedOn(row.Clip))];
        var temperatures = new SortedDictionary<int, float>();
        foreach (int fold in logits.Select(row => row.Fold).Distinct())
            temperatures[fold] = Fit(fitting.Where(row => row.Fold != fold));
        FrameGrade[] predictions =
            [.. logits.Select(row => new FrameGrade(
                row.Clip.File, row.Fold, row.Frame, TemperatureScaling.Softmax(row.Values, temperatures[row.Fold])))];
        float[] confidences = [.. predictions.Select(row => row.P.Max()).Order()];
        var record = new CalibrationRecord
        {
            Temperature = Fit(fitting),
            FoldTemperatures =
                temperatures.ToDictionary(pair => pair.Key.ToString(CultureInfo.InvariantCulture), pair => pair.Value),

            // Rounded down, so that rather more frames are kept.
            MinConfidence = MathF.Min(
                ConfidentEnough, MathF.Floor(1000 * confidences[(int)((1 - ConfidentShare) * confidences.Length)]) / 1000),
            Frames = logits.Count,
            Leaky = leaky,
        };
        return (record, predictions);
    }

    /// <summary>
    /// Fits the gate to real pictures, holds out each fold in turn, and tries the gate on pictures that show no lung.
    /// </summary>
    /// <param name="network">Computes the features.</param>
    /// <param name="frames">Real pictures with their clips.</param>
    /// <param name="foreign">Pictures that show no lung.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is black, whatever its quality.</param>
    /// <param name="minConfidence">A picture with a lower highest probability gets no grade, whatever its quality.</param>
    /// <param name="report">Receives the number of pictures processed.</param>
    /// <param name="cancel">Stops the work.</param>
    public static (QualityGate Gate, GateFigures Figures) FitGate(
        QualityFeatures network,
        IEnumerable<(LabelledClip Clip, GrayFrame Frame)> frames,
        IEnumerable<ForeignPicture> foreign,
        float blackMean,
        float minConfidence,
        Action<int> report,
        CancellationToken cancel)
    {
        int seen = 0;
        var real = new List<(LabelledClip Clip, float[] Pooled)>();
        foreach ((LabelledClip clip, GrayFrame frame) in frames)
        {
            cancel.ThrowIfCancellationRequested();
            real.Add((clip, network.Extract(frame).Pooled));
            report(++seen);
        }

        var distances = new List<float>();
        foreach (int fold in real.Select(row => row.Clip.Fold).Distinct().Order())
        {
            cancel.ThrowIfCancellationRequested();
            QualityGate others = QualityGate.Fit(Means(real.Where(row => row.Clip.Fold != fold)), Directions);
            distances.AddRange(real.Where(row => row.Clip.Fold == fold).Select(row => others.Distance(row.Pooled)));
        }

        QualityGate gate = QualityGate.Fit(Means(real), Directions)
            .Scaled(GateFigures.Threshold(distances, 0.5), GateFigures.Threshold(distances, GateFigures.Kept));
        var strangers = new List<(string Kind, float Distance, bool Passes)>();
        foreach (ForeignPicture picture in foreign)
        {
            cancel.ThrowIfCancellationRequested();
            (float[] pooled, float[] p) = network.Extract(picture.Frame);
            bool isBlack = picture.Frame.Pixels.Average(pixel => pixel) < blackMean;
            strangers.Add((picture.Kind, gate.Distance(pooled), !isBlack && p.Max() >= minConfidence));
            report(++seen);
        }

        return (gate, GateFigures.Of(distances, strangers));
    }

    /// <summary>
    /// Averages the features of each clip: its frames are nearly the same picture, and a long clip must not count more.
    /// </summary>
    private static float[][] Means(IEnumerable<(LabelledClip Clip, float[] Pooled)> frames) =>
    [
        .. frames.GroupBy(row => row.Clip, row => row.Pooled).Select(clip =>
            Enumerable.Range(0, clip.First().Length).Select(i => clip.Average(pooled => pooled[i])).ToArray()),
    ];

    /// <summary>Provides pictures that show no lung: drawn ones, and those in a folder.</summary>
    /// <param name="folder">The folder, or null.</param>
    /// <param name="cancel">Stops the work.</param>
    public static IEnumerable<ForeignPicture> LoadForeign(string? folder, CancellationToken cancel)
    {
        IEnumerable<ForeignPicture> drawn = ForeignPictures.Draw(ForeignPerKind, ForeignSeed);
        return folder is null
            ? drawn
            : drawn.Concat(PictureFolder.Files(folder).SelectMany(file =>
                PictureFolder.Read(file, FramesPerFile, 0, cancel).Select(frame => new ForeignPicture("given pictures", frame))));
    }

    private static float Fit(IEnumerable<HeldOutLogits> rows)
    {
        HeldOutLogits[] all = [.. rows];
        if (all.Length == 0)
        {
            throw new TrainingException(TrainingFailure.BadIndex,
                "no held-out frame belongs to a set that was trained on, so no temperature can be fitted.");
        }

        return TemperatureScaling.Fit([.. all.Select(row => row.Values)], [.. all.Select(row => row.Label)]);
    }
}
