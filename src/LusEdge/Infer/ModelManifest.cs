using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Infer;

/// <summary>manifest.json beside a model: what a file can't say of itself, its own hash among it.</summary>
/// <param name="Id">The model's id, for instance <c>lus-severity-7</c>.</param>
/// <param name="Version">Counts the releases under that id, from 1.</param>
/// <param name="Scheme">Must agree with the file's own metadata.</param>
/// <param name="Sha256">SHA-256 of model.onnx, 64 lower-case hex digits.</param>
public sealed record ModelManifest(string Id, int Version, string Scheme, string Sha256)
{
    /// <summary>The file's name in the model's directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Figures of the model card, as the trainer wrote them; the appliance does not read them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Card { get; init; }

    /// <summary>Id @ version : first 8 hex digits of the hash.</summary>
    public string Reference => $"{Id}@{Version}:{Sha256[..8]}";

    /// <summary>The hash of a model file's content, as manifests write it.</summary>
    /// <param name="content">The file's bytes.</param>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The manifest as it stands in the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented.ModelManifest) + "\n";

    /// <summary>Reads and checks the manifest in a model's directory.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <exception cref="ModelException">The manifest is missing, unreadable or incomplete.</exception>
    public static ModelManifest Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(file), ModelJson.Default.ModelManifest) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            // The deserializer's own words are about types of this program.
            string where = e.Path is { Length: > 2 } path ? $" (see {path[2..]})" : $" (see line {(e.LineNumber ?? 0) + 1})";
            throw new ModelException(ModelFailure.BadManifest, $"{file}: not a model's manifest{where}. Install the model again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NotFound, $"{file}: can't be read: {e.Message} Infer:Model (or --model) must name a directory with model.onnx and {FileName}.", e);
        }

        return manifest is { Id: not "", Version: > 0, Sha256.Length: 64 } && manifest.Sha256.All(char.IsAsciiHexDigitLower)
            ? manifest
            : throw new ModelException(
                ModelFailure.BadManifest, $"{file}: it needs an id, a version from 1 and a sha256 of 64 lower-case hex digits. Install the model again.");
    }

    private static readonly ModelJson Indented = new(new JsonSerializerOptions(ModelJson.Default.Options) { WriteIndented = true });
}
