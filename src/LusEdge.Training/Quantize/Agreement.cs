using System.Globalization;
using System.Text;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Quantize;

/// <summary>How well a changed model file agrees with the original on the same pictures, and how much faster it is.</summary>
/// <param name="Frames">The number of pictures.</param>
/// <param name="SameGrade">The share of pictures with the same grade.</param>
/// <param name="LargestDifference">The largest difference between two probabilities.</param>
/// <param name="Reference">Median processor time of the original, in milliseconds per picture on one core.</param>
/// <param name="Changed">Median processor time of the changed file.</param>
internal sealed record Agreement(int Frames, double SameGrade, double LargestDifference, double Reference, double Changed)
{
    /// <summary>The first runs are not timed, because memory is still being allocated.</summary>
    private const int WarmUps = 5;

    private const int FewestRuns = 40;

    /// <summary>The shares of pictures that get the labelled grade; null if any picture has no label.</summary>
    public (double Reference, double Changed)? Right { get; init; }

    /// <summary>The shares of pictures that the gate keeps; null for a model without a gate.</summary>
    public (double Reference, double Changed)? Kept { get; init; }

    /// <summary>
    /// The number of pictures that show no lung, and how many of them still get a grade; null without a gate or such pictures.
    /// </summary>
    public (int Pictures, int Reference, int Changed)? Foreign { get; init; }

    /// <summary>Whether the changed file reproduces the original's golden answers, within the tolerance for 8 bits.</summary>
    public bool GivesGolden { get; init; }

    /// <summary>How many times as fast as the original the changed file is.</summary>
    public double Ratio => Math.Round(Reference / Changed, 2);

    /// <summary>
    /// Grades pictures with both files alternately on one core, so that other load on the machine affects both equally.
    /// </summary>
    /// <param name="reference">The content of the original file.</param>
    /// <param name="changed">The content of the changed file.</param>
    /// <param name="gate">Decides which pictures get a grade; the same for both files.</param>
    /// <param name="frames">The pictures.</param>
    /// <param name="foreign">Pictures that show no lung.</param>
    /// <param name="seen">Receives the number of pictures after each one.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">There are no pictures.</exception>
    public static Agreement Of(
        byte[] reference,
        byte[] changed,
        ModelGate gate,
        IEnumerable<LabelledFrame> frames,
        IEnumerable<GrayFrame> foreign,
        Action<int> seen,
        CancellationToken cancel)
    {
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession first = new(reference, options), second = new(changed, options);
        var times = new List<(double Reference, double Changed)>();
        int count = 0, same = 0, labelled = 0;
        (int Reference, int Changed) right = (0, 0), kept = (0, 0);
        double largest = 0;
        GrayFrame? last = null;
        foreach ((GrayFrame frame, int? label) in frames)
        {
            cancel.ThrowIfCancellationRequested();
            (Answer expected, Answer given) = Grade(frame);
            if (expected.Class == given.Class) same++;
            if (label is not null) labelled++;
            Add(ref right, expected.Class == label, given.Class == label);
            Add(ref kept, expected.Quality >= gate.MinQuality, given.Quality >= gate.MinQuality);
            for (int i = 0; i < given.P.Length; i++) largest = Math.Max(largest, Math.Abs(given.P[i] - expected.P[i]));
            seen(++count);
            last = frame;
        }

        if (last is null)
            throw new TrainingException(TrainingFailure.BadIndex, "there are no pictures to compare on; give at least one.");
        while (times.Count < WarmUps + FewestRuns) Grade(last);
        double[] Sorted(Func<(double Reference, double Changed), double> of) => [.. times.Skip(WarmUps).Select(of).Order()];
        double[] ofFirst = Sorted(time => time.Reference), ofSecond = Sorted(time => time.Changed);

        int foreignCount = 0;
        (int Reference, int Changed) graded = (0, 0);
        foreach (GrayFrame frame in gate.MinQuality is null ? [] : foreign)
        {
            cancel.ThrowIfCancellationRequested();
            (Answer expected, Answer given) = Grade(frame);
            bool isBlack = frame.Pixels.Average(pixel => pixel) < gate.BlackMean;
            Add(ref graded, !isBlack && expected.Passes(gate), !isBlack && given.Passes(gate));
            foreignCount++;
        }

        return new Agreement(
            count,
            Math.Round((double)same / count, 4),
            Math.Round(largest, 4),
            Math.Round(ofFirst[ofFirst.Length / 2], 2),
            Math.Round(ofSecond[ofSecond.Length / 2], 2))
        {
            Right = labelled == count ? Shares(right) : null,
            Kept = gate.MinQuality is null ? null : Shares(kept),
            Foreign = foreignCount == 0 ? null : (foreignCount, graded.Reference, graded.Changed),
        };

        (double, double) Shares((int Reference, int Changed) of) =>
            (Math.Round((double)of.Reference / count, 4), Math.Round((double)of.Changed / count, 4));

        (Answer Expected, Answer Given) Grade(GrayFrame frame)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            Answer expected = Answer.Of(first, frame);
            TimeSpan between = Environment.CpuUsage.TotalTime;
            Answer given = Answer.Of(second, frame);
            times.Add(((between - start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - between).TotalMilliseconds));
            return (expected, given);
        }
    }

    /// <summary>Formats the figures as a table.</summary>
    /// <param name="reference">The name of the original.</param>
    /// <param name="changed">The name of the changed file.</param>
    public string ToMarkdown(string reference, string changed)
    {
        var text = new StringBuilder();
        Row($"{changed} compared with {reference}, on {Frames} held-out frames", $"");
        text.Append("|---|---|\n");
        Row($"same grade", $"{SameGrade:P2}");
        Row($"largest difference of a probability", $"{LargestDifference:0.0000}");
        if (Right is { } right) Row($"right grade", $"{right.Changed:P2} ({reference}: {right.Reference:P2})");
        if (Kept is { } kept) Row($"frames kept by the gate", $"{kept.Changed:P2} ({reference}: {kept.Reference:P2})");
        if (Foreign is var (pictures, before, now))
            Row($"drawn pictures without a lung that get a grade", $"{now} of {pictures} ({reference}: {before})");
        Row($"golden answers of {reference}", $"{(GivesGolden ? "reproduced" : "not reproduced, replaced by its own")}");
        Row(
            $"median processor time per frame, one thread",
            $"{Changed:0.0} ms ({reference}: {Reference:0.0} ms), {Ratio:0.00} times as fast");
        return text.ToString();

        void Row(FormattableString what, FormattableString value) => text.Append(
            CultureInfo.InvariantCulture,
            $"| {what.ToString(CultureInfo.InvariantCulture)} | {value.ToString(CultureInfo.InvariantCulture)} |\n");
    }

    private static void Add(ref (int Reference, int Changed) counts, bool reference, bool changed) =>
        counts = (counts.Reference + (reference ? 1 : 0), counts.Changed + (changed ? 1 : 0));

    /// <summary>A file's answer to a picture.</summary>
    private readonly record struct Answer(float[] P, float? Quality)
    {
        public int Class => Array.IndexOf(P, P.Max());

        public static Answer Of(InferenceSession session, GrayFrame frame)
        {
            string[] names = session.OutputMetadata.ContainsKey("quality") ? ["probabilities", "quality"] : ["probabilities"];
            using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], names);
            return new Answer(
                outputs[0].GetTensorDataAsSpan<float>().ToArray(),
                names.Length > 1 ? outputs[1].GetTensorDataAsSpan<float>()[0] : null);
        }

        public bool Passes(ModelGate gate) => P.Max() >= gate.MinConfidence && Quality >= gate.MinQuality;
    }
}
