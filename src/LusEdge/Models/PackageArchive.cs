using System.Formats.Tar;
using System.IO.Compression;
using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>
/// A package as one file, <c>tar -C models -czf FILE.tar.gz ID</c>. It comes from outside, and what is in it decides nothing: plain files and folders
/// only, nothing that leads out of the folder it is unpacked to, no more of it than a package may have.
/// </summary>
internal static class PackageArchive
{
    private const long MaxBytes = ModelPackage.MaxModelBytes + (4 * ModelPackage.MaxFileBytes);

    /// <summary>Unpacks an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="folder">An empty folder.</param>
    /// <returns>Where the package lies: the folder, or the one folder in it.</returns>
    /// <exception cref="ModelException">It is no such archive, it is cut short, or something in it is not to be unpacked.</exception>
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
                if (++entries > 2 * ModelPackage.MaxFiles) throw Bad($"{file}: it has more than {2 * ModelPackage.MaxFiles} entries, which no model's package has.");
                bytes += Unpack(file, entry, folder, MaxBytes - bytes);
            }
        }
        // The reader's many ways to say that a header makes no sense.
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException
            or OverflowException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw Bad($"{file}: it is no whole .tar.gz: {e.Message.TrimEnd('.')}. Get it again.", e);
        }

        if (File.Exists(Path.Combine(folder, ModelManifest.FileName))) return folder;
        return Directory.GetFileSystemEntries(folder) is [var only] && Directory.Exists(only)
            ? only
            : throw Bad($"{file}: it holds no model's package: there is no {ModelManifest.FileName} at its top, or in the one folder there. Make it with: tar -C models -czf FILE.tar.gz ID.");
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{file}: can't be read: {e.Message} Check its permissions: the user that installs it must be able to read it.", e);
        }
    }

    private static long Unpack(string file, TarEntry entry, string folder, long room)
    {
        switch (entry.EntryType)
        {
            // Remarks of whoever packed it (git does), no file.
            case TarEntryType.GlobalExtendedAttributes:
                return 0;
            case TarEntryType.Directory:
                string at = entry.Name.Trim('/') is "." or "" ? folder : Path.Combine(folder, PlainName(file, entry));
                Directory.CreateDirectory(at);
                return 0;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                throw Bad($"{file}: {entry.Name} is a link to {entry.LinkName}, and a package holds files only. Pack it anew, without links.");
            default:
                throw Bad($"{file}: {entry.Name} is neither a file nor a folder. Pack it anew, without it.");
        }

        long most = Math.Min(room, Path.GetFileName(entry.Name) == SeverityModel.FileName ? ModelPackage.MaxModelBytes : ModelPackage.MaxFileBytes);
        if (entry.Length > most) throw Bad(FormattableString.Invariant($"{file}: {entry.Name} has {entry.Length} bytes, at most {most} are taken here. Make it smaller."));
        string path = Path.Combine(folder, PlainName(file, entry));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Path.Exists(path)) throw Bad($"{file}: {entry.Name} is in it twice. Pack it anew.");
        using var output = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        entry.DataStream?.CopyTo(output);
        return entry.Length;
    }

    private static string PlainName(string file, TarEntry entry)
    {
        string name = (entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name).TrimEnd('/');
        return ModelPackage.IsPlainPath(name)
            ? name
            : throw Bad($"{file}: \"{entry.Name}\" is no plain path below the package: letters, digits, dot, hyphen and underscore, and no way out of it. Pack it anew.");
    }

    private static PackageException Bad(string message, Exception? inner = null) => new(PackageFailure.BadPackage, message, inner);
}
