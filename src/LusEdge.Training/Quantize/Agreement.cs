using System.Globalization;
using System.Text.Json.Serialization;
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

    /// <summary>How many times faster the changed file is.</summary>
    [JsonIgnore]
    public double Ratio => Math.Round(Reference / Changed, 2);

    /// <summary>
    /// Grades pictures with both files alternately on one core, so that other load on the machine affects both equally.
    /// </summary>
    /// <param name="reference">The content of the original file.</param>
    /// <param name="changed">The content of the changed file.</param>
    /// <param name="frames">The pictures.</param>
    /// <param name="seen">Receives the number of pictures after each one.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">There are no pictures.</exception>
    public static Agreement Of(
        byte[] reference, byte[] changed, IEnumerable<GrayFrame> frames, Action<int> seen, CancellationToken cancel)
    {
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession first = new(reference, options), second = new(changed, options);
        var times = new List<(double Reference, double Changed)>();
        int count = 0, same = 0;
        double largest = 0;
        GrayFrame? last = null;
        foreach (GrayFrame frame in frames)
        {
            cancel.ThrowIfCancellationRequested();
            (float[] expected, float[] given) = Grade(frame);
            if (Highest(expected) == Highest(given)) same++;
            for (int i = 0; i < given.Length; i++) largest = Math.Max(largest, Math.Abs(given[i] - expected[i]));
            seen(++count);
            last = frame;
        }

        if (last is null)
            throw new TrainingException(TrainingFailure.BadIndex, "there are no pictures to compare on; give at least one.");
        while (times.Count < WarmUps + FewestRuns) Grade(last);
        double[] Sorted(Func<(double Reference, double Changed), double> of) => [.. times.Skip(WarmUps).Select(of).Order()];
        double[] ofFirst = Sorted(time => time.Reference), ofSecond = Sorted(time => time.Changed);
        return new Agreement(
            count,
            Math.Round((double)same / count, 4),
            Math.Round(largest, 4),
            Math.Round(ofFirst[ofFirst.Length / 2], 2),
            Math.Round(ofSecond[ofSecond.Length / 2], 2));

        (float[] Expected, float[] Given) Grade(GrayFrame frame)
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            float[] expected = Probabilities(first, frame);
            TimeSpan between = Environment.CpuUsage.TotalTime;
            float[] given = Probabilities(second, frame);
            times.Add(((between - start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - between).TotalMilliseconds));
            return (expected, given);
        }
    }

    /// <summary>Formats the figures as a table.</summary>
    /// <param name="reference">The name of the original.</param>
    /// <param name="changed">The name of the changed file.</param>
    public string ToMarkdown(string reference, string changed) => string.Create(CultureInfo.InvariantCulture, $"""
        | {changed} compared with {reference}, on {Frames} held-out frames | |
        |---|---|
        | same grade | {SameGrade:P2} |
        | largest difference of a probability | {LargestDifference:0.0000} |
        | median processor time per frame, one thread | {Changed:0.0} ms, not {Reference:0.0} ms: {Ratio:0.00} times as fast |

        """);

    private static float[] Probabilities(InferenceSession session, GrayFrame frame)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], ["probabilities"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static int Highest(float[] p) => Array.IndexOf(p, p.Max());
}
