using LusEdge.Training.Clips;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Training.Calibrate;

/// <summary>Runs an exported model and reads the features that the file's output <c>quality</c> is computed from.</summary>
internal sealed class QualityFeatures : IDisposable
{
    private readonly SessionOptions _options =
        new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;

    /// <param name="content">A model file written by this trainer.</param>
    public QualityFeatures(byte[] content)
    {
        OnnxFile file = OnnxFile.Parse(content, "the network");
        file.AddOutput(QualityGate.FeaturesName);
        _session = new InferenceSession(file.ToBytes(), _options);
    }

    /// <summary>Runs the model on a picture.</summary>
    /// <returns>The features, averaged in bands, and the probabilities.</returns>
    public (float[] Pooled, float[] Probabilities) Extract(GrayFrame frame)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            _session.Run(_run, _session.InputNames, [input], [QualityGate.FeaturesName, "probabilities"]);
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
