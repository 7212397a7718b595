using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// A model's directory: model.onnx, the manifest and its signature, the card, golden frames. The signature covers the manifest,
/// and the manifest holds the hash of every other file, so any change, addition or omission is detected.
/// </summary>
/// <param name="Directory">Its directory.</param>
/// <param name="Manifest">Its manifest, parsed from the same bytes that the signature was verified against.</param>
/// <param name="SignedBy">The file of the trusted key that signed it; null if it fails verification.</param>
/// <param name="Flaw">Why it fails verification; null if it passes.</param>
public sealed partial record ModelPackage(string Directory, ModelManifest Manifest, string? SignedBy, ModelException? Flaw)
{
    /// <summary>The card's file name.</summary>
    public const string CardFile = "README.md";

    /// <summary>A package has about a dozen files; one with far more is something else.</summary>
    internal const int MaxFiles = 200;

    /// <summary>A ResNet-152 in full precision takes 230 MiB.</summary>
    internal const long MaxModelBytes = 1L << 30;

    /// <summary>Cards, golden frames and tables of predictions are far smaller.</summary>
    internal const long MaxFileBytes = 64L << 20;

    private const long MaxSignatureBytes = 1024;

    /// <summary>
    /// Files that the manifest does not list: itself, its signature, and the model, whose hash has its own field.
    /// </summary>
    private static readonly string[] Unlisted = [ModelManifest.FileName, PackageSignature.FileName, SeverityModel.FileName];

    /// <summary>The package's files, as paths below its directory.</summary>
    public IEnumerable<string> Files => Unlisted.Concat(Manifest.Files?.Keys ?? []);

    /// <summary>Reads a package and determines whether it can be trusted.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="keys">The trusted keys.</param>
    /// <exception cref="ModelException">The manifest is missing or invalid.</exception>
    public static ModelPackage Open(string directory, TrustedKeys keys)
    {
        byte[] content = ModelManifest.Read(directory);
        try
        {
            return Verify(directory, content, keys);
        }
        catch (ModelException e)
        {
            return new ModelPackage(directory, ModelManifest.Parse(directory, content), SignedBy: null, Flaw: e);
        }
    }

    /// <summary>Reads a package that a trusted key has signed.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="keys">The trusted keys.</param>
    /// <exception cref="ModelException">No trusted key signed it, or something in it differs from what was signed.</exception>
    public static ModelPackage Verify(string directory, TrustedKeys keys) =>
        Verify(directory, ModelManifest.Read(directory), keys);

    /// <summary>Loads its model, by the manifest that was verified.</summary>
    /// <param name="options">Provider and threads.</param>
    /// <param name="logger">Logs which provider was refused and why, and which one runs.</param>
    /// <exception cref="ModelException">The model, the runtime or a provider requested by name can't be used.</exception>
    public SeverityModel Load(InferOptions options, ILogger<SeverityModel> logger) =>
        SeverityModel.Load(Directory, Manifest, options, logger, Path.GetFileName(SignedBy), Flaw?.Message);

    /// <summary>
    /// Whether a path stays below the package: not rooted, no <c>..</c>, no hidden names, no blanks or control characters.
    /// </summary>
    public static bool IsPlainPath(string path) => PlainPath().IsMatch(path);

    private static ModelPackage Verify(string directory, byte[] manifest, TrustedKeys keys)
    {
        try
        {
            // The signature first: an untrusted manifest is not even parsed.
            string signer = SignerOf(directory, manifest, keys);
            var package = new ModelPackage(directory, ModelManifest.Parse(directory, manifest), signer, Flaw: null);
            package.CheckFiles();
            return package;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{directory}: can't be read: {e.Message} Check its permissions.", e);
        }
    }

    private static string SignerOf(string directory, byte[] manifest, TrustedKeys keys)
    {
        string file = Path.Combine(directory, PackageSignature.FileName);
        var info = new FileInfo(file);
        if (!info.Exists)
        {
            throw new PackageException(
                PackageFailure.BadSignature,
                $"{directory}: it is not signed ({PackageSignature.FileName} is missing). "
                + $"Sign it: lusedge-train sign {directory} --key FILE.");
        }

        bool isPlainFile = info.LinkTarget is null && info.Length <= MaxSignatureBytes;
        byte[] signature = (isPlainFile ? PackageSignature.Parse(File.ReadAllText(file)) : null) ?? throw new PackageException(
            PackageFailure.BadSignature,
            $"{file}: not a signature: it must be 64 bytes in base64, on one line. Get the package again.");
        string trusted = keys.Files is [] ? "no key at all" : string.Join(", ", keys.Files);
        return keys.SignerOf(manifest, signature) ?? throw new PackageException(
            PackageFailure.BadSignature,
            $"{directory}: no trusted key signed this {ModelManifest.FileName}: it was changed after signing, "
            + $"or signed with another key. Trusted: {trusted} (Infer:TrustedKeys). "
            + "Get the package again, or trust its maker's key.");
    }

    private void CheckFiles()
    {
        string manifest = Path.Combine(Directory, ModelManifest.FileName);
        if (!PlainId().IsMatch(Manifest.Id))
        {
            throw Bad(
                $"{manifest}: its id \"{Manifest.Id}\" may only have lower-case letters, digits and hyphens. Rename the model.");
        }

        if (Manifest.Files is not { } listed)
        {
            throw Bad($"{manifest}: it has no list of files. Sign the model again: lusedge-train sign {Directory} --key FILE.");
        }

        if (listed.Count > MaxFiles)
        {
            throw Bad(string.Create(
                CultureInfo.InvariantCulture,
                $"{manifest}: it lists {listed.Count} files; at most {MaxFiles} are allowed. Leave some out."));
        }

        foreach (string path in listed.Keys)
        {
            if (IsPlainPath(path) && !Unlisted.Contains(path)) continue;
            throw Bad($"{manifest}: files: \"{path}\" is not a plain path below the package. Export and sign the model again.");
        }

        foreach (string needed in (string[])[CardFile, GoldenFrames.FileName])
        {
            if (listed.ContainsKey(needed)) continue;
            throw Bad($"{manifest}: files: {needed} is not listed, and every package needs it. Export and sign the model again.");
        }

        string[] files = [.. Files];
        RefuseUnlisted("", files);
        foreach (string path in files.Where(path => path is not (ModelManifest.FileName or PackageSignature.FileName)))
        {
            CheckHash(path, path == SeverityModel.FileName ? Manifest.Sha256 : listed[path]);
        }
    }

    /// <summary>Refuses files, folders and links that the manifest does not list.</summary>
    private void RefuseUnlisted(string below, string[] files)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(Path.Combine(Directory, below)).EnumerateFileSystemInfos())
        {
            string path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
            if (entry.LinkTarget is not null)
            {
                throw Bad($"{entry.FullName}: it is a link, but a package may hold only files. Get the package again.");
            }

            bool isListed = entry is FileInfo
                ? files.Contains(path)
                : files.Any(file => file.StartsWith($"{path}/", StringComparison.Ordinal));
            if (!isListed)
            {
                throw Bad($"{entry.FullName}: {ModelManifest.FileName} does not list it. Remove it, or get the package again.");
            }

            if (entry is DirectoryInfo) RefuseUnlisted(path, files);
        }
    }

    private void CheckHash(string path, string expected)
    {
        var file = new FileInfo(Path.Combine(Directory, path));
        if (!file.Exists) throw Bad($"{file.FullName}: it is missing. Get the package again.");
        long most = path == SeverityModel.FileName ? MaxModelBytes : MaxFileBytes;
        if (file.Length > most)
        {
            throw Bad(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.FullName}: it has {file.Length} bytes; at most {most} are allowed. Make it smaller."));
        }

        // An empty file is not opened: a pipe or a device also reports length 0, and reading it would block.
        string hash = file.Length == 0 ? ModelManifest.HashOf([]) : HashOf(file);
        if (hash != expected)
        {
            throw new ModelException(
                ModelFailure.HashMismatch,
                $"{file.FullName}: its SHA-256 is {hash}, but {ModelManifest.FileName} says {expected}: "
                + "it was damaged or changed after signing. Get the package again.");
        }
    }

    private static string HashOf(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static PackageException Bad(string message) => new(PackageFailure.BadPackage, message);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,63}\z")]
    private static partial Regex PlainId();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex PlainPath();
}
