using System.ComponentModel.DataAnnotations;

namespace LusEdge.Infer;

/// <summary>Which model grades the frames, and on what.</summary>
public sealed record InferOptions
{
    /// <summary>The model's directory, with model.onnx and manifest.json; a relative path starts at the program's own directory.</summary>
    /// <value><c>models/lus-severity-7</c> by default: the demonstration model that comes with the program.</value>
    [Required]
    public string Model { get; init; } = "models/lus-severity-7";

    /// <summary>The execution provider.</summary>
    /// <value><see cref="ProviderChoice.Auto"/> by default: the fastest that works, and the result says which one that was.</value>
    public ProviderChoice Provider { get; init; } = ProviderChoice.Auto;

    /// <summary>Threads that one inference on the CPU is spread over.</summary>
    /// <value>0 by default: one a physical core. Decoding runs beside it, and both share the cores well because idle threads sleep.</value>
    [Range(0, 256)]
    public int Threads { get; init; }
}
