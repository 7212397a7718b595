using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Machine;

namespace LusEdge.Infer;

/// <summary>manifest.json next to a model: what the file can't say about itself, such as its own hash.</summary>
/// <param name="Id">The model's id, for instance <c>lus-severity-7</c>.</param>
/// <param name="Version">Release number under that id, from 1.</param>
/// <param name="Scheme">Must match the file's own metadata.</param>
/// <param name="Sha256">SHA-256 of model.onnx, 64 lower-case hex digits.</param>
public sealed record ModelManifest(string Id, int Version, string Scheme, string Sha256)
{
    /// <summary>The file's name in the model's directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The longest card in this repository is 10 kB.</summary>
    internal const long MaxBytes = 1 << 20;

    /// <summary>The model card's figures, as the trainer wrote them; the appliance ignores them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Card { get; init; }

    /// <summary>
    /// SHA-256 of every other file in the package, by its path within the model's directory; null if it was never signed.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Files { get; init; }

    /// <summary>
    /// Total size in bytes of model.onnx and <see cref="Files"/>, so that an archive with more is refused before it is unpacked;
    /// null if it was never signed, or signed before version 0.2.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }

    /// <summary>Id @ version : first 8 hex digits of the hash.</summary>
    public string Reference => $"{Id}@{Version}:{Sha256[..8]}";

    /// <summary>Hashes a model file's content, in the manifest's form.</summary>
    /// <param name="content">The file's bytes.</param>
    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The manifest in the file's form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Indented.ModelManifest) + "\n";

    /// <summary>Reads and checks the manifest in a model's directory.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <exception cref="ModelException">The manifest is missing, unreadable or incomplete.</exception>
    public static ModelManifest Load(string directory) => Parse(directory, Read(directory));

    /// <summary>The manifest's bytes, which are what is signed.</summary>
    /// <exception cref="ModelException">The manifest is missing or unreadable.</exception>
    internal static byte[] Read(string directory)
    {
        string file = Path.Combine(directory, FileName);
        try
        {
            return BoundedFile.ReadAllBytes(file, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NotFound,
                $"{file}: can't be read: {e.Message} A model's directory contains model.onnx and {FileName}; "
                + "check the path (Infer:Model, --model) and its permissions.",
                e);
        }
    }

    /// <summary>Reads and checks a manifest's bytes.</summary>
    /// <param name="directory">Their directory, for the message.</param>
    /// <param name="content">The bytes.</param>
    /// <exception cref="ModelException">They are not a manifest, or an incomplete one.</exception>
    internal static ModelManifest Parse(string directory, ReadOnlyMemory<byte> content)
    {
        string file = Path.Combine(directory, FileName);
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(BoundedFile.WithoutByteOrderMark(content).Span, ModelJson.Default.ModelManifest)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            // The deserializer's own message speaks of this program's types.
            string where = e.Path is { Length: > 2 } path ? $" (see {path[2..]})" : $" (see line {(e.LineNumber ?? 0) + 1})";
            throw new ModelException(
                ModelFailure.BadManifest, $"{file}: not a model manifest{where}. Install the model again.", e);
        }

        return manifest is { Id: not "", Version: > 0, Sha256.Length: 64 } && manifest.Sha256.All(char.IsAsciiHexDigitLower)
            ? manifest
            : throw new ModelException(
                ModelFailure.BadManifest,
                $"{file}: it needs an id, a version from 1 and a sha256 of 64 lower-case hex digits. Install the model again.");
    }

    private static readonly ModelJson Indented =
        new(new JsonSerializerOptions(ModelJson.Default.Options) { WriteIndented = true });
}
