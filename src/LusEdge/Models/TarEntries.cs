using System.Buffers.Text;
using System.Formats.Tar;
using System.Globalization;
using System.Text;

namespace LusEdge.Models;

/// <summary>
/// Reads an untrusted tar file entry by entry, in constant memory. .NET's own reader allocates whatever an extended header says
/// that it holds, up to 2 GB, before anything has been verified. Understands ustar, and names as pax and GNU tar extend them.
/// </summary>
/// <param name="stream">The uncompressed archive; it is not closed.</param>
internal sealed class TarEntries(Stream stream)
{
    private const int Block = 512;

    /// <summary>Names, links and attributes; a package's take less than 1 kB.</summary>
    private const int MaxExtension = 64 << 10;

    /// <summary>A pax header, and GNU tar's long name and long link.</summary>
    private const int MaxExtensionsPerEntry = 4;

    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly byte[] _header = new byte[Block];
    private readonly byte[] _buffer = new byte[64 << 10];
    private long _content;
    private int _padding;

    /// <summary>The entry's path, as the archive has it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What the entry is.</summary>
    public TarEntryType Type { get; private set; }

    /// <summary>The target of a link.</summary>
    public string Link { get; private set; } = "";

    /// <summary>Size of its content in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the archive's end.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged or truncated, or has too much in its headers.</exception>
    public bool Next()
    {
        string? name = null, link = null;
        long? length = null;
        for (int extensions = 0; extensions <= MaxExtensionsPerEntry; extensions++)
        {
            CopyContent(Stream.Null);
            if (!ReadHeader()) return false;
            switch (Type)
            {
                case TarEntryType.LongPath: name = UntilNul(ReadContent(MaxExtension)); break;
                case TarEntryType.LongLink: link = UntilNul(ReadContent(MaxExtension)); break;
                // Comments for the whole archive: git writes one.
                case TarEntryType.GlobalExtendedAttributes: _ = ReadContent(MaxExtension); break;
                case TarEntryType.ExtendedAttributes:
                    foreach ((string key, string value) in Records(ReadContent(MaxExtension)))
                    {
                        if (key == "path") name = value;
                        else if (key == "linkpath") link = value;
                        else if (key == "size") length = Digits(value);
                    }

                    break;
                default:
                    Name = name ?? Name;
                    Link = link ?? Link;
                    SetLength(length ?? Length);
                    return Length == 0 || Type == TarEntryType.RegularFile
                        ? true
                        : throw new InvalidDataException("an entry that is not a file has content");
            }
        }

        throw new InvalidDataException($"one entry has more than {MaxExtensionsPerEntry} extended headers");
    }

    /// <summary>Copies the entry's content.</summary>
    /// <exception cref="InvalidDataException">The archive is truncated.</exception>
    public void CopyContent(Stream output)
    {
        while (_content > 0)
        {
            int part = (int)Math.Min(_content, _buffer.Length);
            Fill(_buffer.AsSpan(0, part));
            output.Write(_buffer.AsSpan(0, part));
            _content -= part;
        }

        Fill(_buffer.AsSpan(0, _padding));
        _padding = 0;
    }

    /// <summary>Reads the entry's content.</summary>
    /// <param name="most">The largest allowed size in bytes.</param>
    /// <exception cref="InvalidDataException">It is larger, or the archive is truncated.</exception>
    public byte[] ReadContent(int most)
    {
        if (Length > most)
        {
            string what = Type == TarEntryType.RegularFile ? Name : "extended header";
            throw new InvalidDataException(
                FormattableString.Invariant($"its {what} has {Length} bytes; at most {most} are allowed"));
        }

        using var content = new MemoryStream((int)Length);
        CopyContent(content);
        return content.ToArray();
    }

    /// <summary>Reads the next block.</summary>
    /// <returns>False if it is the empty one that ends an archive.</returns>
    private bool ReadHeader()
    {
        Fill(_header);
        if (!_header.AsSpan().ContainsAnyExcept((byte)0)) return false;
        int sum = 0;
        for (int i = 0; i < Block; i++) sum += i is >= 148 and < 156 ? ' ' : _header[i];
        if (Octal(148, 8) != sum) throw new InvalidDataException("a header's checksum is wrong");
        byte type = _header[156];
        Type = type is 0 or (byte)'7' ? TarEntryType.RegularFile : (TarEntryType)type;
        Name = UntilNul(_header.AsSpan(0, 100));
        Link = UntilNul(_header.AsSpan(157, 100));
        // The prefix is POSIX's; GNU tar keeps other things there.
        string prefix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? UntilNul(_header.AsSpan(345, 155)) : "";
        if (prefix.Length > 0) Name = $"{prefix}/{Name}";
        SetLength(Octal(124, 12));
        return true;
    }

    private void SetLength(long length)
    {
        Length = _content = length;
        _padding = (int)((Block - (length % Block)) % Block);
    }

    private void Fill(Span<byte> part)
    {
        if (stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
            throw new InvalidDataException("it ends in the middle of an entry");
    }

    private long Octal(int at, int length)
    {
        ReadOnlySpan<byte> field = _header.AsSpan(at, length).Trim(" \0"u8);
        long value = 0;
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7') throw new InvalidDataException("a number in a header is not one");
            value = (value * 8) + (digit - '0');
        }

        return value;
    }

    private static long Digits(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidDataException("a number in an extended header is not one");

    /// <summary>The records of a pax header: "LENGTH KEY=VALUE\n", where the length counts the whole record.</summary>
    private static List<(string Key, string Value)> Records(ReadOnlySpan<byte> content)
    {
        var records = new List<(string Key, string Value)>();
        while (!content.IsEmpty)
        {
            if (!Utf8Parser.TryParse(content, out int length, out int digits)
                || length <= digits + 1 || length > content.Length || content[digits] != ' ' || content[length - 1] != '\n')
            {
                throw new InvalidDataException("an extended header is not a list of records");
            }

            ReadOnlySpan<byte> record = content[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 0) throw new InvalidDataException("an extended header has a record without a value");
            ReadOnlySpan<byte> key = record[..equals];
            // Others, such as a file's own attributes, may hold bytes that are no text.
            if (key.SequenceEqual("path"u8) || key.SequenceEqual("linkpath"u8) || key.SequenceEqual("size"u8))
                records.Add((TextOf(key), TextOf(record[(equals + 1)..])));
            content = content[length..];
        }

        return records;
    }

    private static string UntilNul(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return TextOf(end < 0 ? field : field[..end]);
    }

    private static string TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Text.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("a name is not UTF-8", e);
        }
    }
}
