using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Infer;

/// <summary>An ONNX Runtime execution provider: its name in results, its name in profiles, and how a session gets it.</summary>
/// <param name="Name">cpu, cuda or tensorrt.</param>
/// <param name="OrtName">For instance <c>CUDAExecutionProvider</c>.</param>
/// <param name="AppendTo">Adds it to a session's options, if the native library was built with it.</param>
internal sealed record ExecutionProvider(string Name, string OrtName, Action<SessionOptions> AppendTo)
{
    /// <summary>NVIDIA TensorRT; what it can't run it leaves to CUDA. Not verified on hardware.</summary>
    public static readonly ExecutionProvider TensorRT = new("tensorrt", "TensorrtExecutionProvider", session =>
    {
        using var options = new OrtTensorRTProviderOptions();
        session.AppendExecutionProvider_Tensorrt(options);
        AppendCuda(session);
    });

    /// <summary>NVIDIA CUDA. Not verified on hardware.</summary>
    public static readonly ExecutionProvider Cuda = new("cuda", "CUDAExecutionProvider", AppendCuda);

    /// <summary>The CPU: in every build of the runtime, and in every session.</summary>
    public static readonly ExecutionProvider Cpu = new("cpu", "CPUExecutionProvider", _ => { });

    /// <summary>All of them, the fastest first.</summary>
    public static readonly IReadOnlyList<ExecutionProvider> All = [TensorRT, Cuda, Cpu];

    /// <summary>Whether the native library was built with it. What else it needs (a driver, a GPU) shows when a session is opened.</summary>
    public bool IsInBuild => OrtEnv.Instance().GetAvailableProviders().Contains(OrtName);

    /// <summary>Those to try for what was configured, in order.</summary>
    /// <param name="choice">As configured.</param>
    public static IReadOnlyList<ExecutionProvider> ToTry(ProviderChoice choice) => choice switch
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
