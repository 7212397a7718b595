using System.ComponentModel.DataAnnotations;

namespace LusEdge.Infer;

/// <summary>What a model runs on.</summary>
public record InferOptions
{
    /// <summary>The execution provider.</summary>
    /// <value><see cref="ProviderChoice.Auto"/> by default: the fastest that works. Results name the one in use.</value>
    public ProviderChoice Provider { get; init; } = ProviderChoice.Auto;

    /// <summary>Number of threads per inference on the CPU.</summary>
    /// <value>
    /// 0 by default: one per physical core. Decoding runs in parallel, and they share the cores well because idle threads sleep.
    /// </value>
    [Range(0, 256)]
    public int Threads { get; init; }
}
