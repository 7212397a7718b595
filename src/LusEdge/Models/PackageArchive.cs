using System.Formats.Tar;
using System.IO.Compression;
using LusEdge.Infer;
using LusEdge.Machine;

namespace LusEdge.Models;

/// <summary>
/// A package as one file, <c>tar -C models -czf FILE.tar.gz ID</c>. Its content is untrusted. The manifest and its signature are
/// read first, into memory; only if a trusted key signed the manifest are the files that it lists unpacked, and no others.
/// </summary>
internal sealed class PackageArchive : IDisposable
{
    private const long MaxBytes = SeverityModel.MaxBytes + (4 * ModelPackage.MaxFileBytes);
    private const int MaxEntries = 2 * ModelPackage.MaxFiles;

    private readonly string _file;
    private readonly FileStream _stream;

    /// <summary>Opens an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <exception cref="ModelException">It can't be read or is not a file.</exception>
    public PackageArchive(string file)
    {
        _file = file;
        try
        {
            _stream = BoundedFile.OpenRead(file, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                ModelFailure.NotFound,
                $"{file}: can't be read: {e.Message} Check its permissions: the user that installs it must be able to read it.",
                e);
        }
    }

    /// <summary>Reads the manifest and verifies its signature. Nothing is written.</summary>
    /// <param name="keys">The trusted keys.</param>
    /// <returns>The package, and the folder within the archive that holds it: empty, or a name with a slash.</returns>
    /// <exception cref="ModelException">The archive is invalid, or no trusted key signed its manifest.</exception>
    public (ModelPackage Package, string Root) ReadSigned(TrustedKeys keys)
    {
        (string Root, byte[] Content)? manifest = null, signature = null;
        ReadEntries(entry =>
        {
            string name = entry.Type == TarEntryType.RegularFile ? NameOf(entry) : "";
            string root = name[..(name.LastIndexOf('/') + 1)];
            if (root.IndexOf('/') != root.LastIndexOf('/')) return true;
            switch (Path.GetFileName(name))
            {
                case ModelManifest.FileName when manifest is null:
                    manifest = (root, entry.ReadContent((int)ModelManifest.MaxBytes));
                    break;
                case PackageSignature.FileName when signature is null:
                    signature = (root, entry.ReadContent((int)PackageSignature.MaxBytes));
                    break;
                case ModelManifest.FileName or PackageSignature.FileName:
                    throw Bad($"{_file}: it holds {Path.GetFileName(name)} twice. Pack only one package.");
            }

            return manifest is null || signature is null;
        });
        if (manifest is not { } found)
        {
            throw Bad(
                $"{_file}: it does not hold a model's package: there is no {ModelManifest.FileName} at the top "
                + "or in the only folder there. Pack it with: tar -C models -czf FILE.tar.gz ID.");
        }

        byte[]? beside = signature?.Root == found.Root ? signature?.Content : null;
        return (ModelPackage.VerifyManifest(_file, found.Content, beside, keys), found.Root);
    }

    /// <summary>Unpacks the files that a verified manifest lists.</summary>
    /// <param name="package">From <see cref="ReadSigned"/>.</param>
    /// <param name="root">From <see cref="ReadSigned"/>.</param>
    /// <param name="folder">An empty folder.</param>
    /// <exception cref="ModelException">
    /// The archive is invalid or truncated, or holds something other than these files, or more bytes than the manifest states.
    /// </exception>
    public void Unpack(ModelPackage package, string root, string folder)
    {
        string[] files = [.. package.Files];
        long most = ModelManifest.MaxBytes + PackageSignature.MaxBytes + (package.Manifest.Bytes ?? MaxBytes), bytes = 0;
        ReadEntries(entry =>
        {
            if (entry.Type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                throw Bad(
                    $"{_file}: {entry.Name} is a link to {entry.Link}, but a package may hold only files. "
                    + "Pack it without links.");
            }

            if (entry.Type is not (TarEntryType.RegularFile or TarEntryType.Directory))
                throw Bad($"{_file}: {entry.Name} is neither a file nor a folder. Pack it again without it.");
            bool isFolder = entry.Type == TarEntryType.Directory;
            string name = isFolder ? NameOf(entry) + "/" : NameOf(entry);
            // The folder that holds the package, or "." for the top.
            if (isFolder && (name is "/" or "./" || name == root)) return true;
            if (!ModelPackage.IsPlainPath(name.TrimEnd('/')))
            {
                throw Bad(
                    $"{_file}: \"{entry.Name}\" is not a plain path below the package: "
                    + "names may only have letters, digits, dot, hyphen and underscore. Rename it and pack it again.");
            }

            string path = name.StartsWith(root, StringComparison.Ordinal) ? name[root.Length..] : name;
            bool isListed = isFolder
                ? files.Any(file => file.StartsWith(path, StringComparison.Ordinal))
                : files.Contains(path);
            if (!isListed || !name.StartsWith(root, StringComparison.Ordinal))
            {
                throw Bad(
                    $"{_file}: {name}: {ModelManifest.FileName} does not list it. Pack only the package, or get it again.");
            }

            if (isFolder) return true;
            bytes += entry.Length;
            if (bytes > most)
            {
                throw Bad(FormattableString.Invariant(
                    $"{_file}: {name}: with it, the package has more than the {most} bytes that its signed manifest allows. ")
                    + "Get the package again.");
            }

            string target = Path.Combine(folder, path);
            if (Path.Exists(target)) throw Bad($"{_file}: it holds {entry.Name} twice. Pack it again.");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            entry.CopyContent(output);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Reads the archive from its beginning, within the bounds for any package.</summary>
    /// <param name="take">Receives each entry; false ends the reading.</param>
    private void ReadEntries(Func<TarEntries, bool> take)
    {
        try
        {
            _stream.Position = 0;
            using var plain = new GZipStream(_stream, CompressionMode.Decompress, leaveOpen: true);
            var entry = new TarEntries(plain);
            long bytes = 0;
            for (int entries = 1; entry.Next(); entries++)
            {
                if (entries > MaxEntries)
                    throw Bad($"{_file}: it has more than {MaxEntries} entries. Pack only a model's package.");
                bool isModel = Path.GetFileName(entry.Name) == SeverityModel.FileName;
                long most = Math.Min(MaxBytes - bytes, isModel ? SeverityModel.MaxBytes : ModelPackage.MaxFileBytes);
                if (entry.Length > most)
                {
                    throw Bad(FormattableString.Invariant(
                        $"{_file}: {entry.Name} has {entry.Length} bytes; at most {most} are allowed here. Make it smaller."));
                }

                bytes += entry.Length;
                if (!take(entry)) return;
            }
        }
        catch (InvalidDataException e)
        {
            throw Bad($"{_file}: not a complete .tar.gz: {e.Message.TrimEnd('.')}. Get it again.", e);
        }
    }

    private static string NameOf(TarEntries entry)
    {
        string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        return entry.Type == TarEntryType.Directory ? name.TrimEnd('/') : name;
    }

    private static PackageException Bad(string message, Exception? inner = null) =>
        new(PackageFailure.BadPackage, message, inner);
}
