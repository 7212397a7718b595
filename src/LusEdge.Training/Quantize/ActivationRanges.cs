using LusEdge.Training.Clips;
using LusEdge.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Quantize;

/// <summary>Static calibration: runs pictures through a graph and records the range of its values.</summary>
internal static class ActivationRanges
{
    /// <summary>Finds the ranges.</summary>
    /// <param name="file">The graph in full precision; it is only read.</param>
    /// <param name="values">The names of the values.</param>
    /// <param name="frames">The pictures.</param>
    /// <param name="seen">Receives the number of pictures after each one.</param>
    /// <param name="cancel">Stops the work.</param>
    public static IReadOnlyDictionary<string, QuantizedRange> Find(
        OnnxFile file, IReadOnlyList<string> values, IEnumerable<GrayFrame> frames, Action<int> seen, CancellationToken cancel)
    {
        OnnxFile exposed = file.Clone();
        foreach (string value in values) exposed.AddOutput(value);
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(exposed.ToBytes(), options);
        using var run = new RunOptions();
        ActivationHistogram[] histograms = [.. values.Select(_ => new ActivationHistogram())];
        int count = 0;
        foreach (GrayFrame frame in frames)
        {
            cancel.ThrowIfCancellationRequested();
            using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], values);
            foreach ((ActivationHistogram histogram, OrtValue output) in histograms.Zip(outputs))
                histogram.Add(output.GetTensorDataAsSpan<float>());
            seen(++count);
        }

        return count > 0
            ? values.Zip(histograms).ToDictionary(pair => pair.First, pair => pair.Second.Range())
            : throw new TrainingException(TrainingFailure.BadIndex,
                "there are no pictures to calibrate with; give at least one.");
    }
}
