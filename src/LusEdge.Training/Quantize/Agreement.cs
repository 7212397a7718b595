using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
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

    /// <summary>Shares of the pictures that get the grade of their label; null if any has no label.</summary>
    public (double Reference, double Changed)? Right { get; init; }

    /// <summary>Shares of the pictures whose quality suffices; null for a model without a gate.</summary>
    public (double Reference, double Changed)? Kept { get; init; }

    /// <summary>How many pictures that show no lung get a grade all the same; null without a gate or such pictures.</summary>
    public (int Pictures, int Reference, int Changed)? Foreign { get; init; }

    /// <summary>Whether the file gives the original's golden answers, within the tolerance for whole numbers of 8 bits.</summary>
    public bool GivesGolden { get; init; }

    /// <summary>How many times as fast the file is.</summary>
    [JsonIgnore]
    public double Ratio => Math.Round(Reference / Changed, 2);

    /// <summary>Grades pictures with both files, in turns on one core, so that what else the machine does is the same for both.</summary>
    /// <param name="reference">The original's content.</param>
    /// <param name="changed">The other's.</param>
    /// <param name="gate">When a picture gets a grade, by either file.</param>
    /// <param name="frames">The pictures.</param>
    /// <param name="foreign">Pictures that show no lung.</param>
    /// <param name="seen">Told the number of pictures after each.</param>
    /// <param name="cancel">Stops.</param>
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

        int strangers = 0;
        (int Reference, int Changed) graded = (0, 0);
        foreach (GrayFrame frame in gate.MinQuality is null ? [] : foreign)
        {
            cancel.ThrowIfCancellationRequested();
            (Answer expected, Answer given) = Grade(frame);
            bool isBlack = frame.Pixels.Average(pixel => pixel) < gate.BlackMean;
            Add(ref graded, !isBlack && expected.Passes(gate), !isBlack && given.Passes(gate));
            strangers++;
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
            Foreign = strangers == 0 ? null : (strangers, graded.Reference, graded.Changed),
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

    /// <summary>The figures as a table.</summary>
    /// <param name="reference">What the original is called.</param>
    /// <param name="changed">What the other is called.</param>
    public string ToMarkdown(string reference, string changed)
    {
        var text = new StringBuilder();
        string golden = GivesGolden
            ? $"it gives the answers of {reference}"
            : $"it does not give the answers of {reference}; they are its own";
        Row($"{changed} beside {reference}, on {Frames} held-out frames", $"");
        text.Append("|---|---|\n");
        Row($"the same grade", $"{SameGrade:P2}");
        Row($"largest difference of a probability", $"{LargestDifference:0.0000}");
        if (Right is { } right) Row($"the right grade", $"{right.Changed:P2} beside {right.Reference:P2}");
        if (Kept is { } kept) Row($"frames kept by the gate", $"{kept.Changed:P2} beside {kept.Reference:P2}");
        if (Foreign is var (pictures, before, now))
            Row($"of {pictures} drawn pictures that show no lung, given a grade", $"{now} beside {before}");
        Row($"golden frames", $"{golden}");
        Row(
            $"processor time per frame, one thread, median",
            $"{Changed:0.0} ms beside {Reference:0.0} ms: {Ratio:0.00} times as fast");
        return text.ToString();

        void Row(FormattableString what, FormattableString value) => text.Append(
            CultureInfo.InvariantCulture,
            $"| {what.ToString(CultureInfo.InvariantCulture)} | {value.ToString(CultureInfo.InvariantCulture)} |\n");
    }

    private static void Add(ref (int Reference, int Changed) counts, bool reference, bool changed) =>
        counts = (counts.Reference + (reference ? 1 : 0), counts.Changed + (changed ? 1 : 0));

    /// <summary>What a file says of a picture.</summary>
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
