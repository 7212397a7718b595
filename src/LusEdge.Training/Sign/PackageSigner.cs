using System.Text;
using LusEdge.Infer;
using LusEdge.Models;

namespace LusEdge.Training.Sign;

/// <summary>
/// Makes a package of a model's directory: lists every file with its hash in the manifest, and signs the manifest.
/// </summary>
internal static class PackageSigner
{
    private const string Unfinished = ".part";

    /// <summary>Signs a directory as it is. It can be signed again after a change or with another key.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="key">The key to sign with.</param>
    /// <returns>The signed manifest.</returns>
    /// <exception cref="ModelException">
    /// A required file is missing, or there is a file that does not belong into a package.
    /// </exception>
    public static ModelManifest Sign(string directory, SigningKey key)
    {
        directory = Path.GetFullPath(directory);
        ModelManifest manifest = ModelManifest.Load(directory);
        string model = Path.Combine(directory, SeverityModel.FileName);
        if (!File.Exists(model))
            throw new ModelException(ModelFailure.NotFound, $"{model}: it is missing. Export the model again.");
        string hash = HashOf(model);
        if (hash != manifest.Sha256)
        {
            throw new ModelException(
                ModelFailure.HashMismatch,
                $"{model}: its SHA-256 is {hash}, but {ModelManifest.FileName} says {manifest.Sha256}: "
                    + "it is not the exported file. Export the model again.");
        }

        string manifestFile = Path.Combine(directory, ModelManifest.FileName),
            signatureFile = Path.Combine(directory, PackageSignature.FileName);
        // Files left by an interrupted signing are not part of the package.
        foreach (string left in (string[])[manifestFile, signatureFile]) File.Delete(left + Unfinished);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        List(directory, "", files);
        foreach (string needed in (string[])[ModelPackage.CardFile, GoldenFrames.FileName])
        {
            if (!files.ContainsKey(needed))
            {
                throw new PackageException(PackageFailure.BadPackage,
                    $"{Path.Combine(directory, needed)}: it is missing, and every package needs one. Export the model again.");
            }
        }

        manifest = manifest with
        {
            Files = files,
            Bytes = files.Keys.Append(SeverityModel.FileName).Sum(path => new FileInfo(Path.Combine(directory, path)).Length),
        };
        byte[] content = Encoding.UTF8.GetBytes(manifest.ToJson());
        // Interrupted here, the package is unsigned, but never has the signature of another manifest.
        File.Delete(signatureFile);
        Write(manifestFile, content);
        Write(signatureFile, Encoding.ASCII.GetBytes(PackageSignature.ToText(key.Sign(content))));
        return manifest;
    }

    private static void List(string directory, string below, SortedDictionary<string, string> files)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(Path.Combine(directory, below)).EnumerateFileSystemInfos())
        {
            string path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
            if (path is ModelManifest.FileName or PackageSignature.FileName or SeverityModel.FileName) continue;
            if (entry.LinkTarget is not null || !ModelPackage.IsPlainPath(path))
            {
                throw new PackageException(
                    PackageFailure.BadPackage,
                    $"{entry.FullName}: a package may only contain plain files whose names consist of letters, digits, dots, "
                        + "hyphens and underscores. Remove or rename it.");
            }

            if (entry is DirectoryInfo) List(directory, path, files);
            else files[path] = HashOf(entry.FullName);
        }
    }

    private static string HashOf(string file) => ModelManifest.HashOf(File.ReadAllBytes(file));

    private static void Write(string file, byte[] content)
    {
        string unfinished = file + Unfinished;
        File.WriteAllBytes(unfinished, content);
        File.Move(unfinished, file, overwrite: true);
    }
}
