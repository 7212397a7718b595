using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LusEdge.Machine;

namespace LusEdge.Configuration;

/// <summary>
/// Reads the configuration file. All errors are reported at once: a technician with fifty devices should not find
/// the second error after fixing the first.
/// </summary>
public static class ConfigurationFile
{
    /// <summary>The default path.</summary>
    public const string DefaultPath = "/etc/lusedge/lusedge.json";

    /// <summary>The example with every key and a comment for each takes 8 kB.</summary>
    private const long MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions CommentsAllowed = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = ConfigurationText.MaxDepth,
    };

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">The file can't be read or has errors.</exception>
    public static LusEdgeOptions Load(string path) => ThrowOnErrors(path.Length == 0 ? "--config" : path, Read(path));

    /// <summary>Reads as much of a file as it can, for <c>doctor</c>, which goes on to check the rest of the device.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// The options, with defaults in place of invalid values, or null if nothing can be read; and all errors, beginning with
    /// their place.
    /// </returns>
    public static (LusEdgeOptions? Options, IReadOnlyList<string> Errors) Read(string path)
    {
        if (path.Length == 0) return (null, ["the path is empty. Name the configuration file."]);
        try
        {
            return Read(BoundedFile.ReadAllBytes(path, MaxBytes));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            const string Advice = "Create it (docs/configuration.md has an example), or name another with --config.";
            return (null, [$"the file does not exist. {Advice}"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"the file can't be read: {e.Message} Check its permissions, or name another with --config."]);
        }
    }

    /// <summary>Checks a configuration.</summary>
    /// <param name="path">The file's name, for the messages.</param>
    /// <param name="text">Its content, UTF-8.</param>
    /// <exception cref="ConfigurationException">It has errors.</exception>
    public static LusEdgeOptions Parse(string path, ReadOnlyMemory<byte> text) => ThrowOnErrors(path, Read(text));

    /// <summary>The file's JSON Schema (2020-12), for editors and for audits.</summary>
    public static JsonNode Schema() => ConfigurationSchema.Create();

    private static LusEdgeOptions ThrowOnErrors(string path, (LusEdgeOptions? Options, IReadOnlyList<string> Errors) read) =>
        read.Errors.Count == 0 ? read.Options! : throw new ConfigurationException(path, read.Errors);

    private static (LusEdgeOptions? Options, IReadOnlyList<string> Errors) Read(ReadOnlyMemory<byte> text)
    {
        text = BoundedFile.WithoutByteOrderMark(text);
        if (ConfigurationText.Flaw(text.Span) is { } flaw) return (null, [flaw]);
        using JsonDocument document = JsonDocument.Parse(text, CommentsAllowed);
        var errors = new List<string>();
        var options = (LusEdgeOptions?)ConfigurationSection.Read(document.RootElement, typeof(LusEdgeOptions), "", errors);
        // Null in place of a required section that is missing or no object.
        IEnumerable<string> across =
            [.. options?.Capture?.Errors() ?? [], .. options?.Infer?.Errors() ?? [], .. options?.Mqtt?.Errors() ?? []];
        string[] wrong = [.. errors.Select(PlaceOf)];
        errors.AddRange(across.Where(error => !wrong.Any(key => Names(error, key))));
        return (options, [.. errors.Select(ConfigurationText.OnOneLine)]);
    }

    private static string PlaceOf(string error) => error[..error.IndexOf(": ", StringComparison.Ordinal)];

    /// <summary>
    /// Whether an error across keys involves a key that is wrong by itself: then its default was compared, not what the file
    /// says. Such an error names all its keys. One that is wrong in its letters only (mode) counts as the one that is meant.
    /// </summary>
    private static bool Names(string error, string key) =>
        Regex.IsMatch(error, $@"(?<![\w:]){Regex.Escape(key)}(?!\w)", RegexOptions.IgnoreCase);
}
