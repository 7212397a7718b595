using System.ComponentModel.DataAnnotations;

namespace LusEdge.Infer;

/// <summary>Which model grades the frames, and on what.</summary>
public sealed record InferOptions
{
    /// <summary>The demonstration model that comes with the program, in the program's own directory.</summary>
    public const string ShippedModel = "models/lus-severity-7";

    /// <summary>The model's directory, with model.onnx and manifest.json; a relative path starts at the program's own directory.</summary>
    /// <value>None by default: the active one of <see cref="Store"/> serves, and where there is none, <see cref="ShippedModel"/>.</value>
    [RegularExpression("(?s).+", ErrorMessage = "Name a model's directory, or leave the key out.")]
    public string? Model { get; init; }

    /// <summary>Where <c>lusedge model install</c> keeps models.</summary>
    /// <value><c>/var/lib/lusedge/models</c> by default: the service's state directory.</value>
    [Required]
    public string Store { get; init; } = "/var/lib/lusedge/models";

    /// <summary>PEM files with the public keys whose signatures count; a relative path starts at the program's own directory.</summary>
    /// <value>None by default: <c>models/lusedge-models.pub</c> beside the program, and <c>/etc/lusedge/keys/*.pub</c>, where a site puts its own.</value>
    public IReadOnlyList<string>? TrustedKeys { get; init; }

    /// <summary>What is wrong in a list, which no attribute tells: a sentence each that begins with the key.</summary>
    public IEnumerable<string> Errors() =>
        TrustedKeys?.Any(string.IsNullOrEmpty) == true ? ["Infer:TrustedKeys: an entry is empty. Name a file in each, or leave it out."] : [];

    /// <summary>The execution provider.</summary>
    /// <value><see cref="ProviderChoice.Auto"/> by default: the fastest that works, and the result says which one that was.</value>
    public ProviderChoice Provider { get; init; } = ProviderChoice.Auto;

    /// <summary>Threads that one inference on the CPU is spread over.</summary>
    /// <value>0 by default: one a physical core. Decoding runs beside it, and both share the cores well because idle threads sleep.</value>
    [Range(0, 256)]
    public int Threads { get; init; }
}
