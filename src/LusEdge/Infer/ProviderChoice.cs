namespace LusEdge.Infer;

/// <summary>An ONNX Runtime execution provider, as configured.</summary>
public enum ProviderChoice
{
    /// <summary>TensorRT, then CUDA, then the CPU; the reason for each refusal is logged and published.</summary>
    Auto,

    /// <summary>NVIDIA TensorRT or nothing. Not verified on hardware.</summary>
    TensorRT,

    /// <summary>NVIDIA CUDA or nothing. Not verified on hardware.</summary>
    Cuda,

    /// <summary>The CPU.</summary>
    Cpu,
}
