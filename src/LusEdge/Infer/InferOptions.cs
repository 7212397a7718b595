using System.ComponentModel.DataAnnotations;

namespace LusEdge.Infer;

/// <summary>What a model runs on.</summary>
public record InferOptions
{
    /// <summary>The execution provider.</summary>
    /// <value><see cref="ProviderChoice.Auto"/> by default: the fastest that works, and the result says which one that was.</value>
    public ProviderChoice Provider { get; init; } = ProviderChoice.Auto;

    /// <summary>Threads that one inference on the CPU is spread over.</summary>
    /// <value>0 by default: one per physical core. Decoding runs beside it, and both share the cores well because idle threads sleep.</value>
    [Range(0, 256)]
    public int Threads { get; init; }
}
