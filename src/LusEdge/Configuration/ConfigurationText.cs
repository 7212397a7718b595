using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LusEdge.Configuration;

/// <summary>
/// Whether a configuration is text that can be read at all: UTF-8, JSON, and texts that mean the same to every library they are
/// passed to. What is left after this check, the reader of the sections understands.
/// </summary>
internal static class ConfigurationText
{
    /// <summary>The deepest key, Mqtt:Tls:CaFile, is at depth 3; deeper mistakes are still reported by their key.</summary>
    public const int MaxDepth = 32;

    /// <summary>The first flaw, as a sentence that begins with its place; null if there is none.</summary>
    /// <param name="text">The file's content.</param>
    public static string? Flaw(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return "the file: it is UTF-16. Save it as UTF-8.";
        if (FirstInvalid(text) is { } at)
            return $"{Place(text, at)}: the byte 0x{text[at]:X2} is not UTF-8. Save the file as UTF-8.";
        int nul = text.IndexOf((byte)0);
        if (nul >= 0) return $"{Place(text, nul)}: a NUL byte. The file is damaged, or is not UTF-8: save it as UTF-8.";
        var reader = new Utf8JsonReader(text, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            // Of this check's own: the reader's error does not say that it is about the depth.
            MaxDepth = int.MaxValue,
        });
        try
        {
            while (reader.Read())
            {
                if (FlawOf(ref reader) is { } flaw) return $"{Place(text, (int)reader.TokenStartIndex)}: {flaw}";
            }

            return null;
        }
        catch (JsonException e)
        {
            long line = (e.LineNumber ?? 0) + 1;
            long column = (e.BytePositionInLine ?? 0) + 1;
            return $"line {line}, column {column}: not valid JSON. Check the quotes, commas and brackets there.";
        }
    }

    private static string? FlawOf(ref Utf8JsonReader reader)
    {
        if (reader.CurrentDepth >= MaxDepth) return "the brackets are nested too deeply. Check them.";
        // The token itself has neither: a NUL byte and bytes that are not UTF-8 were found before.
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) return null;
        try
        {
            return reader.GetString()!.Contains('\0')
                ? "the text has a NUL character (\\u0000). Remove it."
                : null;
        }
        catch (InvalidOperationException)
        {
            return "the text has half a character (\\ud800 to \\udfff without its other half). Write the character itself.";
        }
    }

    /// <summary>A message on one line: a value in it can have line breaks and other control characters.</summary>
    public static string OnOneLine(string message) =>
        string.Concat(message.Select(c => char.IsControl(c) ? FormattableString.Invariant($"\\u{(int)c:x4}") : $"{c}"));

    private static int? FirstInvalid(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            if (Rune.DecodeFromUtf8(text[at..], out _, out int length) != OperationStatus.Done) return at;
            at += length;
        }

        return null;
    }

    private static string Place(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> before = text[..at];
        return FormattableString.Invariant(
            $"line {before.Count((byte)'\n') + 1}, column {at - (before.LastIndexOf((byte)'\n') + 1) + 1}");
    }
}
