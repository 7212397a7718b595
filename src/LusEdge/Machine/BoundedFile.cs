using System.Text;

namespace LusEdge.Machine;

/// <summary>
/// Reads whole files whose path or content comes from outside. Only regular files are opened, because opening a pipe can block
/// for ever and opening some devices has effects, and no more is read than allowed, because a device or a file in /proc may say
/// that it is empty and yet never end.
/// </summary>
public static class BoundedFile
{
    private const int FirstBuffer = 4096;

    /// <summary>Whether a path leads to a regular file.</summary>
    /// <param name="path">The file; a link is followed.</param>
    public static bool Exists(string path) => LibC.KindOf(path) is { } kind ? kind == FileKind.Regular : File.Exists(path);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="most">The largest allowed size in bytes.</param>
    /// <exception cref="IOException">
    /// It can't be read, is not a regular file, or is larger. The message is a sentence, which may leave the file's name to the
    /// caller.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions do not allow it.</exception>
    public static byte[] ReadAllBytes(string path, long most)
    {
        using FileStream stream = OpenRead(path, most);
        // A file in /proc has a length of 0 and yet content, and any file may grow: only the end of the stream is its end.
        byte[] content = new byte[stream.Length == 0 ? Math.Min(FirstBuffer, most) : stream.Length];
        int length = 0;
        while (true)
        {
            length += stream.ReadAtLeast(content.AsSpan(length), content.Length - length, throwOnEndOfStream: false);
            if (length < content.Length) return content[..length];
            int next = stream.ReadByte();
            if (next < 0) return content;
            if (length == most) throw TooLarge(FormattableString.Invariant($"more than {most}"), most);
            Array.Resize(ref content, (int)Math.Min(Math.Max(2L * length, FirstBuffer), most));
            content[length++] = (byte)next;
        }
    }

    /// <summary>Reads a text file: UTF-8, with or without a byte order mark.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="most">The largest allowed size in bytes.</param>
    /// <exception cref="IOException">As for <see cref="ReadAllBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions do not allow it.</exception>
    public static string ReadAllText(string path, long most) =>
        Encoding.UTF8.GetString(WithoutByteOrderMark(ReadAllBytes(path, most)).Span);

    /// <summary>Opens a file. It may grow while it is read: the reader must keep to the limit, too.</summary>
    /// <param name="path">The file; a link is followed.</param>
    /// <param name="most">The largest allowed size in bytes.</param>
    /// <exception cref="IOException">As for <see cref="ReadAllBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">Its permissions do not allow it.</exception>
    public static FileStream OpenRead(string path, long most)
    {
        if (LibC.KindOf(path) is { } kind and not FileKind.Regular) throw new IOException($"It is {NameOf(kind)}, not a file.");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        if (stream.Length <= most) return stream;
        IOException tooLarge = TooLarge(FormattableString.Invariant($"{stream.Length}"), most);
        stream.Dispose();
        throw tooLarge;
    }

    /// <summary>A text without the mark that some editors begin a UTF-8 file with.</summary>
    public static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> text) =>
        text.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? text[3..] : text;

    private static IOException TooLarge(string length, long most) =>
        new(FormattableString.Invariant($"It has {length} bytes; at most {most} are allowed."));

    private static string NameOf(FileKind kind) => kind switch
    {
        FileKind.Folder => "a folder",
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };
}
