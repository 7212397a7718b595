using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Infer;

/// <summary>
/// An ONNX Runtime execution provider: its name in results, its name in profiles, and how to add it to a session.
/// </summary>
/// <param name="Name">cpu, cuda or tensorrt.</param>
/// <param name="OrtName">For instance <c>CUDAExecutionProvider</c>.</param>
/// <param name="AppendTo">Adds it to a session's options; works only if the native library was built with it.</param>
internal sealed record ExecutionProvider(string Name, string OrtName, Action<SessionOptions> AppendTo)
{
    /// <summary>NVIDIA TensorRT, falling back to CUDA for unsupported nodes. Not verified on hardware.</summary>
    public static readonly ExecutionProvider TensorRT = new("tensorrt", "TensorrtExecutionProvider", session =>
    {
        using var options = new OrtTensorRTProviderOptions();
        session.AppendExecutionProvider_Tensorrt(options);
        AppendCuda(session);
    });

    /// <summary>NVIDIA CUDA. Not verified on hardware.</summary>
    public static readonly ExecutionProvider Cuda = new("cuda", "CUDAExecutionProvider", AppendCuda);

    /// <summary>The CPU: part of every build of the runtime and of every session.</summary>
    public static readonly ExecutionProvider Cpu = new("cpu", "CPUExecutionProvider", _ => { });

    /// <summary>All providers, fastest first.</summary>
    public static readonly IReadOnlyList<ExecutionProvider> All = [TensorRT, Cuda, Cpu];

    /// <summary>
    /// Whether the native library was built with it. Whether its driver and GPU are present shows when a session is opened.
    /// </summary>
    public bool IsInBuild => OrtEnv.Instance().GetAvailableProviders().Contains(OrtName);

    /// <summary>The providers to try, in order.</summary>
    /// <param name="choice">The configured choice.</param>
    public static IReadOnlyList<ExecutionProvider> CandidatesFor(ProviderChoice choice) => choice switch
    {
        ProviderChoice.TensorRT => [TensorRT],
        ProviderChoice.Cuda => [Cuda],
        ProviderChoice.Cpu => [Cpu],
        _ => All,
    };

    private static void AppendCuda(SessionOptions session)
    {
        using var options = new OrtCUDAProviderOptions();
        session.AppendExecutionProvider_CUDA(options);
    }
}
