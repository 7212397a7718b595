using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusEdge.Infer;

/// <summary>
/// An exported residual network in ONNX Runtime: one picture in, one row of probabilities out. The buffers are bound once, so a
/// run allocates nothing in the steady state. Classes, scale and thresholds come from the file's own metadata. One thread at a
/// time.
/// </summary>
public sealed partial class SeverityModel : IDisposable
{
    /// <summary>The model file's name in its directory.</summary>
    public const string FileName = "model.onnx";

    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _run = new();
    private readonly OrtValue _output;
    private readonly OrtValue? _quality;
    private readonly ILogger _logger;

    /// <summary>
    /// A provider with its own memory copies an input only when it is bound, so every frame must be bound again.
    /// </summary>
    private readonly bool _copiesInput;
    private OrtValue? _input;
    private (int Width, int Height) _inputSize;
    private bool _failing;
    private bool _isDisposed;

    private SeverityModel(InferenceSession session, ModelDescription description, ModelInUse inUse, ILogger logger)
    {
        _session = session;
        _logger = logger;
        Description = description;
        InUse = inUse;
        _copiesInput = inUse.Provider != ExecutionProvider.Cpu.Name;
        _output = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, description.Classes.Count]);
        _binding = session.CreateIoBinding();
        _binding.BindOutput(OutputName, _output);
        if (!session.OutputMetadata.ContainsKey(QualityName)) return;
        _quality = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, 1]);
        _binding.BindOutput(QualityName, _quality);
    }

    /// <summary>
    /// The providers that the native library was built with, fastest first. Whether one works shows only when a model is loaded.
    /// </summary>
    public static IReadOnlyList<string> ProvidersInBuild =>
        [.. ExecutionProvider.All.Where(provider => provider.IsInBuild).Select(provider => provider.Name)];

    /// <summary>What actually grades the frames.</summary>
    public ModelInUse InUse { get; private set; }

    /// <summary>The model file's description of itself.</summary>
    public ModelDescription Description { get; }

    /// <summary>
    /// The picture buffer, to fill before <see cref="Run()"/>: uint8 gray, row-major, width x height, no padding.
    /// </summary>
    /// <param name="width">The picture's width in pixels; the file itself resizes it to the network's size.</param>
    /// <param name="height">The picture's height in pixels.</param>
    /// <returns>The input's native memory. It stays the same until a different size is requested.</returns>
    public Span<byte> InputFor(int width, int height)
    {
        // ONNX Runtime itself crashes on a binding that was disposed.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_input is null || _inputSize != (width, height))
        {
            _input?.Dispose();
            _input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.UInt8, [1, 1, height, width]);
            _inputSize = (width, height);
            _binding.ClearBoundInputs();
            _binding.BindInput(Description.Input.Name, _input);
        }

        return _input.GetTensorMutableDataAsSpan<byte>();
    }

    /// <inheritdoc cref="Run(out float?)"/>
    public ReadOnlySpan<float> Run() => Run(out _);

    /// <summary>Grades the picture in the input.</summary>
    /// <param name="quality">
    /// How similar the picture is to the training pictures, 0-1. Null if the model does not measure it or the run failed.
    /// </param>
    /// <returns>
    /// The probabilities in class order, in memory that the next run reuses. Empty if the run failed or its output was not
    /// probabilities: one bad frame is a state, not an exception. A failure is logged once until a run succeeds again.
    /// </returns>
    public ReadOnlySpan<float> Run(out float? quality)
    {
        quality = null;
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_input is null) throw new InvalidOperationException("The input was never filled.");
        try
        {
            if (_copiesInput) _binding.BindInput(Description.Input.Name, _input);
            _session.RunWithBinding(_run, _binding);
            if (_copiesInput) _binding.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException e)
        {
            return Failed(e.Message);
        }

        ReadOnlySpan<float> p = _output.GetTensorDataAsSpan<float>();
        if (!AreProbabilities(p)) return Failed("its output is not a row of probabilities that sum to 1");
        float? measured = _quality?.GetTensorDataAsSpan<float>()[0];
        if (!IsQuality(measured)) return Failed("its quality is outside 0-1");
        quality = measured;
        _failing = false;
        return p;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _binding.Dispose();
        _input?.Dispose();
        _output.Dispose();
        _quality?.Dispose();
        _activation?.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    private static bool AreProbabilities(ReadOnlySpan<float> p) =>
        Math.Abs(TensorPrimitives.Sum(p) - 1) < 1e-3f && TensorPrimitives.Min(p) >= 0;

    private static bool IsQuality(float? quality) => quality is null or (>= 0 and <= 1);

    private ReadOnlySpan<float> Failed(string why)
    {
        if (!_failing) Log.RunFailed(_logger, InUse.Reference, why);
        _failing = true;
        return [];
    }
}
