using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// A model's directory with all that belongs to it: model.onnx, the manifest and its signature, the card, golden frames. The signature covers the
/// manifest, and the manifest holds the hash of each other file, so nothing in it can be changed, added or left out unseen.
/// </summary>
/// <param name="Directory">Where it lies.</param>
/// <param name="Manifest">Its manifest, from the bytes that the signature was held against.</param>
/// <param name="SignedBy">The file of the trusted key that vouches for all of it, null if none does.</param>
/// <param name="Flaw">Why none does, null if one does.</param>
public sealed partial record ModelPackage(string Directory, ModelManifest Manifest, string? SignedBy, ModelException? Flaw)
{
    /// <summary>The card's file name.</summary>
    public const string CardFile = "README.md";

    /// <summary>A package has a dozen: what has many more is something else.</summary>
    internal const int MaxFiles = 200;

    /// <summary>A ResNet-152 in full precision has 230 MiB.</summary>
    internal const long MaxModelBytes = 1L << 30;

    /// <summary>Cards, golden frames and tables of predictions are far smaller.</summary>
    internal const long MaxFileBytes = 64L << 20;

    private const long MaxSignatureBytes = 1024;

    /// <summary>What the manifest does not list: itself, its signature, and the model, whose hash has a field of its own.</summary>
    private static readonly string[] Unlisted = [ModelManifest.FileName, PackageSignature.FileName, SeverityModel.FileName];

    /// <summary>The package's files, as paths below its directory.</summary>
    public IEnumerable<string> Files => Unlisted.Concat(Manifest.Files?.Keys ?? []);

    /// <summary>Reads a package and finds out whether it can be trusted.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="keys">Whose signatures count.</param>
    /// <exception cref="ModelException">There is no manifest, or it is none.</exception>
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

    /// <summary>Reads a package that a trusted key vouches for.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="keys">Whose signatures count.</param>
    /// <exception cref="ModelException">It is not signed by one of them, or anything in it is not as it was signed.</exception>
    public static ModelPackage Verify(string directory, TrustedKeys keys) => Verify(directory, ModelManifest.Read(directory), keys);

    /// <summary>Loads the model in it, by the manifest that was looked at.</summary>
    /// <param name="options">Provider and threads.</param>
    /// <param name="logger">Told which provider was refused and why, and what really runs.</param>
    /// <exception cref="ModelException">The model, the runtime or the provider asked for by name can't be used.</exception>
    public SeverityModel Load(InferOptions options, ILogger<SeverityModel> logger) =>
        SeverityModel.Load(Directory, Manifest, options, logger, Path.GetFileName(SignedBy), Flaw?.Message);

    /// <summary>A path below the package that leads nowhere else: no root, no way up, nothing hidden, no blank or control character.</summary>
    public static bool IsPlainPath(string path) => PlainPath().IsMatch(path);

    private static ModelPackage Verify(string directory, byte[] manifest, TrustedKeys keys)
    {
        try
        {
            // The signature first: what nobody vouches for is not even read.
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
                PackageFailure.BadSignature, $"{directory}: it is not signed ({PackageSignature.FileName} is missing). Sign it: lusedge-train sign {directory} --key FILE.");
        }

        byte[] signature = (info.LinkTarget is null && info.Length <= MaxSignatureBytes ? PackageSignature.Parse(File.ReadAllText(file)) : null)
            ?? throw new PackageException(PackageFailure.BadSignature, $"{file}: it is no signature: 64 bytes in base64, in one line. Get the package again.");
        return keys.SignerOf(manifest, signature) ?? throw new PackageException(
            PackageFailure.BadSignature,
            $"{directory}: {ModelManifest.FileName} is not what a trusted key has signed: it was changed since, or signed by somebody else. Trusted: {(keys.Files is [] ? "no key at all" : string.Join(", ", keys.Files))} (Infer:TrustedKeys). Get the package again, or trust its maker's key.");
    }

    private void CheckFiles()
    {
        string manifest = Path.Combine(Directory, ModelManifest.FileName);
        if (!PlainId().IsMatch(Manifest.Id)) throw Bad($"{manifest}: its id \"{Manifest.Id}\" is not made of lower-case letters, digits and hyphens. Name it anew.");
        if (Manifest.Files is not { } listed) throw Bad($"{manifest}: it has no list of files. Sign it anew: lusedge-train sign {Directory} --key FILE.");
        if (listed.Count > MaxFiles) throw Bad(string.Create(CultureInfo.InvariantCulture, $"{manifest}: it lists {listed.Count} files, at most {MaxFiles} are taken. Leave some out."));
        foreach (string path in listed.Keys)
        {
            if (!IsPlainPath(path) || Unlisted.Contains(path)) throw Bad($"{manifest}: files: \"{path}\" is no plain path below the package. Export and sign the model again.");
        }

        foreach (string needed in (string[])[CardFile, GoldenFrames.FileName])
        {
            if (!listed.ContainsKey(needed)) throw Bad($"{manifest}: files: {needed} is not listed, and every package has one. Export and sign the model again.");
        }

        string[] files = [.. Files];
        Walk("", files);
        foreach (string path in files.Where(path => path is not (ModelManifest.FileName or PackageSignature.FileName)))
        {
            CheckHash(path, path == SeverityModel.FileName ? Manifest.Sha256 : listed[path]);
        }
    }

    /// <summary>Nothing may lie there that the manifest does not know.</summary>
    private void Walk(string below, string[] files)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(Path.Combine(Directory, below)).EnumerateFileSystemInfos())
        {
            string path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
            if (entry.LinkTarget is not null) throw Bad($"{entry.FullName}: it is a link, and a package holds files only. Get the package again.");
            if (entry is FileInfo ? !files.Contains(path) : !files.Any(file => file.StartsWith($"{path}/", StringComparison.Ordinal)))
            {
                throw Bad($"{entry.FullName}: {ModelManifest.FileName} does not list it. Take it away, or get the package again.");
            }

            if (entry is DirectoryInfo) Walk(path, files);
        }
    }

    private void CheckHash(string path, string expected)
    {
        var file = new FileInfo(Path.Combine(Directory, path));
        if (!file.Exists) throw Bad($"{file.FullName}: it is missing. Get the package again.");
        long most = path == SeverityModel.FileName ? MaxModelBytes : MaxFileBytes;
        if (file.Length > most) throw Bad(string.Create(CultureInfo.InvariantCulture, $"{file.FullName}: it has {file.Length} bytes, at most {most} are taken. Make it smaller."));

        // An empty one is not opened: what is no file at all (a pipe, a device) has no length either, and would hold whoever reads it.
        string hash = file.Length == 0 ? ModelManifest.HashOf([]) : HashOf(file);
        if (hash != expected)
        {
            throw new ModelException(
                ModelFailure.HashMismatch, $"{file.FullName}: its SHA-256 is {hash}, {ModelManifest.FileName} says {expected}: it was damaged or changed after it was signed. Get the package again.");
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
