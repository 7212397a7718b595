using System.Formats.Tar;
using System.IO.Compression;
using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>
/// A package as one file, <c>tar -C models -czf FILE.tar.gz ID</c>. Its content is untrusted: only plain files and folders are
/// unpacked, only below the target folder, and no more of them than a package may have.
/// </summary>
internal static class PackageArchive
{
    private const long MaxBytes = ModelPackage.MaxModelBytes + (4 * ModelPackage.MaxFileBytes);

    /// <summary>Unpacks an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="folder">An empty folder.</param>
    /// <returns>The package's directory: the folder itself, or the only folder in it.</returns>
    /// <exception cref="ModelException">
    /// The archive is invalid or truncated, or holds something other than a package's files.
    /// </exception>
    public static string Unpack(string file, string folder)
    {
        using FileStream stream = Open(file);
        try
        {
            using var plain = new GZipStream(stream, CompressionMode.Decompress);
            using var archive = new TarReader(plain);
            int entries = 0;
            long bytes = 0;
            while (archive.GetNextEntry() is { } entry)
            {
                if (++entries > 2 * ModelPackage.MaxFiles)
                {
                    throw Bad($"{file}: it has more than {2 * ModelPackage.MaxFiles} entries. Pack only a model's package.");
                }

                bytes += Unpack(file, entry, folder, MaxBytes - bytes);
            }
        }
        // All the exceptions that the reader throws for an invalid header.
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException
            or OverflowException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw Bad($"{file}: not a complete .tar.gz: {e.Message.TrimEnd('.')}. Get it again.", e);
        }

        if (File.Exists(Path.Combine(folder, ModelManifest.FileName))) return folder;
        return Directory.GetFileSystemEntries(folder) is [var only] && Directory.Exists(only)
            ? only
            : throw Bad(
                $"{file}: it does not hold a model's package: there is no {ModelManifest.FileName} at the top "
                + "or in the only folder there. Pack it with: tar -C models -czf FILE.tar.gz ID.");
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NotFound,
                $"{file}: can't be read: {e.Message} Check its permissions: the user that installs it must be able to read it.",
                e);
        }
    }

    private static long Unpack(string file, TarEntry entry, string folder, long room)
    {
        switch (entry.EntryType)
        {
            // A comment from the packer (git writes one), not a file.
            case TarEntryType.GlobalExtendedAttributes:
                return 0;
            case TarEntryType.Directory:
                string at = entry.Name.Trim('/') is "." or "" ? folder : Path.Combine(folder, PlainName(file, entry));
                Directory.CreateDirectory(at);
                return 0;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                throw Bad(
                    $"{file}: {entry.Name} is a link to {entry.LinkName}, but a package may hold only files. "
                    + "Pack it without links.");
            default:
                throw Bad($"{file}: {entry.Name} is neither a file nor a folder. Pack it again without it.");
        }

        bool isModel = Path.GetFileName(entry.Name) == SeverityModel.FileName;
        long most = Math.Min(room, isModel ? ModelPackage.MaxModelBytes : ModelPackage.MaxFileBytes);
        if (entry.Length > most)
        {
            throw Bad(FormattableString.Invariant(
                $"{file}: {entry.Name} has {entry.Length} bytes; at most {most} are allowed here. Make it smaller."));
        }

        string path = Path.Combine(folder, PlainName(file, entry));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Path.Exists(path)) throw Bad($"{file}: it holds {entry.Name} twice. Pack it again.");
        using var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        entry.DataStream?.CopyTo(output);
        return entry.Length;
    }

    private static string PlainName(string file, TarEntry entry)
    {
        string name = (entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name).TrimEnd('/');
        return ModelPackage.IsPlainPath(name)
            ? name
            : throw Bad(
                $"{file}: \"{entry.Name}\" is not a plain path below the package: "
                + "names may only have letters, digits, dot, hyphen and underscore. Rename it and pack it again.");
    }

    private static PackageException Bad(string message, Exception? inner = null) =>
        new(PackageFailure.BadPackage, message, inner);
}
