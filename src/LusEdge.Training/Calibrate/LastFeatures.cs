using LusEdge.Training.Clips;
using LusEdge.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Calibrate;

/// <summary>Runs an exported model and looks at what its classifier reads, as the file's own output <c>quality</c> does.</summary>
internal sealed class LastFeatures : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly string _features;

    /// <param name="content">A model file of this trainer.</param>
    public LastFeatures(byte[] content)
    {
        OnnxFile file = OnnxFile.Parse(content, "the network");

        // The last that a convolution reads: the classifier is one.
        _features = file.Nodes.Last(node => node.OpType == "Relu" && file.ReadersOf(node.Output[0]).Any(reader => reader.OpType == "Conv")).Output[0];
        file.Expose(_features);
        _session = new InferenceSession(file.ToBytes(), _options);
    }

    /// <summary>Looks at a picture.</summary>
    /// <returns>The features, averaged in bands, and the probabilities.</returns>
    public (float[] Pooled, float[] Probabilities) Of(GrayFrame frame)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _session.InputNames, [input], [_features, "probabilities"]);
        ReadOnlySpan<float> map = outputs[0].GetTensorDataAsSpan<float>();
        float[] pooled = QualityGate.Pool(map, (int)outputs[0].GetTensorTypeAndShape().Shape[1]);
        return (pooled, outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }
}
