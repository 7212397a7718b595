using System.ComponentModel.DataAnnotations;
using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>
/// Section <c>Infer</c> of the configuration: which model grades the frames, who may sign it, and what it runs on.
/// </summary>
public sealed record ModelOptions : InferOptions
{
    /// <summary>The demonstration model that ships with the program, in the program's own directory.</summary>
    public const string ShippedModel = "models/lus-severity-7";

    /// <summary>
    /// The model's directory, with model.onnx and manifest.json; a relative path starts at the program's own directory.
    /// </summary>
    /// <value>
    /// None by default: the active model in <see cref="Store"/> serves, or <see cref="ShippedModel"/> if none is active.
    /// </value>
    [RegularExpression("(?s).+", ErrorMessage = "Name a model's directory, or leave the key out.")]
    public string? Model { get; init; }

    /// <summary>Where <c>lusedge model install</c> keeps models.</summary>
    /// <value><c>/var/lib/lusedge/models</c> by default: the service's state directory.</value>
    [Required]
    public string Store { get; init; } = "/var/lib/lusedge/models";

    /// <summary>PEM files with the trusted public keys; a relative path starts at the program's own directory.</summary>
    /// <value>
    /// None by default: <c>models/lusedge-models.pub</c> beside the
    /// program, and <c>/etc/lusedge/keys/*.pub</c> for the site's own keys.
    /// </value>
    public IReadOnlyList<string>? TrustedKeys { get; init; }

    /// <summary>The directory of <see cref="Model"/>, or of the model that ships with the program.</summary>
    public string ResolveDirectory() => Path.GetFullPath(Model ?? ShippedModel, AppContext.BaseDirectory);

    /// <summary>Errors in lists, which attributes don't find: one sentence each, beginning with the key.</summary>
    public IEnumerable<string> Errors() => TrustedKeys?.Any(string.IsNullOrEmpty) == true
        ? ["Infer:TrustedKeys: an entry is empty. Name a file in each entry, or remove the empty one."]
        : [];
}
