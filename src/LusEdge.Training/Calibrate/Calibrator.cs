using System.Globalization;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// <c>lusedge-train calibrate</c>: from held-out logits to probabilities that mean what they say, and from the training pictures to a
/// gate that says which pictures the network knows nothing of.
/// </summary>
internal static class Calibrator
{
    /// <summary>The confidence threshold keeps this share of the held-out frames: what it costs in frames is known, what it gains is measured.</summary>
    private const double ConfidentShare = 0.95;

    /// <summary>The threshold is never higher: a grade that is more probable than all others together is an answer.</summary>
    private const float ConfidentEnough = 0.5f;

    /// <summary>At the farthest distance of the real frames that are kept, quality is a half.</summary>
    private const float MinQuality = 0.5f;

    /// <summary>Directions that count as known. From 20 to 200 it made no difference worth naming.</summary>
    private const int Directions = 50;

    private const int ForeignOfEachKind = 20, FramesOfAFile = 8;
    private const ulong ForeignSeed = 11;

    /// <summary>Fits temperatures and the confidence threshold, and gives the held-out predictions.</summary>
    /// <param name="logits">All held-out frames.</param>
    /// <param name="isTrainedOn">Whether a clip's set was trained on: temperatures are fitted on those alone.</param>
    /// <param name="leaky">Whether frames of one clip were both trained on and held out.</param>
    public static (CalibrationRecord Record, IReadOnlyList<FrameGrade> Predictions) Temper(
        IReadOnlyList<HeldOutLogits> logits, Func<LabelledClip, bool> isTrainedOn, bool leaky)
    {
        HeldOutLogits[] fitting = [.. logits.Where(row => isTrainedOn(row.Clip))];
        var temperatures = new SortedDictionary<int, float>();
        foreach (int fold in logits.Select(row => row.Fold).Distinct()) temperatures[fold] = Fit(fitting.Where(row => row.Fold != fold));
        FrameGrade[] predictions =
            [.. logits.Select(row => new FrameGrade(row.Clip.File, row.Fold, row.Frame, TemperatureScaling.Softmax(row.Values, temperatures[row.Fold])))];
        float[] confidences = [.. predictions.Select(row => row.P.Max()).Order()];
        var record = new CalibrationRecord
        {
            Temperature = Fit(fitting),
            FoldTemperatures = temperatures.ToDictionary(pair => pair.Key.ToString(CultureInfo.InvariantCulture), pair => pair.Value),

            // Downwards, so that rounding keeps rather more.
            MinConfidence = MathF.Min(ConfidentEnough, MathF.Floor(1000 * confidences[(int)((1 - ConfidentShare) * confidences.Length)]) / 1000),
            Frames = logits.Count,
            Leaky = leaky,
        };
        return (record, predictions);
    }

    /// <summary>Learns what real pictures are like, holds each fold out in turn, and tries the gate on pictures that show no lung.</summary>
    /// <param name="network">Sees them.</param>
    /// <param name="frames">Real pictures with their clips.</param>
    /// <param name="foreign">Others.</param>
    /// <param name="blackMean">A picture whose mean gray is below this is black whatever its quality.</param>
    /// <param name="minConfidence">A picture whose highest probability is below this has no grade whatever its quality.</param>
    /// <param name="report">Told the number of pictures seen.</param>
    /// <param name="cancel">Stops.</param>
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
            real.Add((clip, network.Of(frame).Pooled));
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
            (float[] pooled, float[] p) = network.Of(picture.Frame);
            bool isBlack = picture.Frame.Pixels.Average(pixel => pixel) < blackMean;
            strangers.Add((picture.Kind, gate.Distance(pooled), !isBlack && p.Max() >= minConfidence));
            report(++seen);
        }

        return (gate, GateFigures.Of(distances, strangers));
    }

    /// <summary>A row a clip: its frames are nearly the same picture, and a long clip is not worth more.</summary>
    private static float[][] Means(IEnumerable<(LabelledClip Clip, float[] Pooled)> frames) =>
    [
        .. frames.GroupBy(row => row.Clip, row => row.Pooled).Select(clip =>
            Enumerable.Range(0, clip.First().Length).Select(i => clip.Average(pooled => pooled[i])).ToArray()),
    ];

    /// <summary>Pictures that show no lung: those drawn here, and those in a folder.</summary>
    /// <param name="folder">The folder, or null.</param>
    /// <param name="cancel">Stops.</param>
    public static IEnumerable<ForeignPicture> Foreign(string? folder, CancellationToken cancel)
    {
        IEnumerable<ForeignPicture> drawn = ForeignPictures.Draw(ForeignOfEachKind, ForeignSeed);
        return folder is null
            ? drawn
            : drawn.Concat(PictureFolder.Files(folder).SelectMany(file =>
                PictureFolder.Read(file, FramesOfAFile, 0, cancel).Select(frame => new ForeignPicture("given pictures", frame))));
    }

    /// <summary>The threshold that belongs to the gates made here.</summary>
    public static float ThresholdOfQuality => MinQuality;

    private static float Fit(IEnumerable<HeldOutLogits> rows)
    {
        HeldOutLogits[] all = [.. rows];
        if (all.Length == 0) throw new TrainingException(TrainingFailure.BadIndex, "no held-out frame is of a set that was trained on, so no temperature can be fitted.");
        return TemperatureScaling.Fit([.. all.Select(row => row.Values)], [.. all.Select(row => row.Label)]);
    }
}
