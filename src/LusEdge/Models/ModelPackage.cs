using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LusEdge.Infer;
using LusEdge.Machine;
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

    /// <summary>Cards, golden frames and tables of predictions are far smaller.</summary>
    internal const long MaxFileBytes = 64L << 20;

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

    /// <summary>Verifies a manifest's signature, then the manifest itself. The package's other files are not looked at.</summary>
    /// <param name="place">Where it is, for the messages: the package's directory or archive.</param>
    /// <param name="manifest">The exact bytes of manifest.json.</param>
    /// <param name="signature">The bytes of manifest.sig; null if there is none.</param>
    /// <param name="keys">The trusted keys.</param>
    /// <exception cref="ModelException">No trusted key signed it, or it is not a package's manifest.</exception>
    internal static ModelPackage VerifyManifest(string place, byte[] manifest, byte[]? signature, TrustedKeys keys)
    {
        // The signature first: an untrusted manifest is not even parsed.
        string signer = SignerOf(place, manifest, signature, keys);
        var package = new ModelPackage(place, ModelManifest.Parse(place, manifest), signer, Flaw: null);
        package.CheckManifest();
        return package;
    }

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
            ModelPackage package = VerifyManifest(directory, manifest, ReadSignature(directory), keys);
            package.CheckFiles();
            return package;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{directory}: can't be read: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Null if there is none.</summary>
    private static byte[]? ReadSignature(string directory)
    {
        string file = Path.Combine(directory, PackageSignature.FileName);
        var info = new FileInfo(file);
        if (!info.Exists) return null;
        // Something else in its place is no signature: a link, a pipe, a picture.
        bool isPlainFile = info.LinkTarget is null && BoundedFile.Exists(file) && info.Length <= PackageSignature.MaxBytes;
        return isPlainFile ? BoundedFile.ReadAllBytes(file, PackageSignature.MaxBytes) : [];
    }

    private static string SignerOf(string place, byte[] manifest, byte[]? content, TrustedKeys keys)
    {
        if (content is null)
        {
            throw new PackageException(
                PackageFailure.BadSignature,
                $"{place}: it is not signed ({PackageSignature.FileName} is missing). "
                + "Sign it: lusedge-train sign DIR --key FILE.");
        }

        byte[] signature = PackageSignature.Parse(Encoding.ASCII.GetString(content)) ?? throw new PackageException(
            PackageFailure.BadSignature,
            $"{Path.Combine(place, PackageSignature.FileName)}: not a signature: "
            + "it must be 64 bytes in base64, on one line. Get the package again.");
        string trusted = keys.Files is [] ? "no key at all" : string.Join(", ", keys.Files);
        return keys.SignerOf(manifest, signature) ?? throw new PackageException(
            PackageFailure.BadSignature,
            $"{place}: no trusted key signed this {ModelManifest.FileName}: it was changed after signing, "
            + $"or signed with another key. Trusted: {trusted} (Infer:TrustedKeys). "
            + "Get the package again, or trust its maker's key.");
    }

    private void CheckManifest()
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

        if (Manifest.Bytes is < 0 or > SeverityModel.MaxBytes + (MaxFiles * MaxFileBytes))
        {
            throw Bad(FormattableString.Invariant(
                $"{manifest}: its size, {Manifest.Bytes} bytes, is not possible. Export and sign the model again."));
        }
    }

    private void CheckFiles()
    {
        IReadOnlyDictionary<string, string> listed = Manifest.Files!;
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
        string hash = HashOf(file.FullName, path == SeverityModel.FileName ? SeverityModel.MaxBytes : MaxFileBytes);
        if (hash != expected)
        {
            throw new ModelException(
                ModelFailure.HashMismatch,
                $"{file.FullName}: its SHA-256 is {hash}, but {ModelManifest.FileName} says {expected}: "
                + "it was damaged or changed after signing. Get the package again.");
        }
    }

    private static string HashOf(string file, long most)
    {
        try
        {
            using FileStream stream = BoundedFile.OpenRead(file, most);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (IOException e)
        {
            throw new PackageException(PackageFailure.BadPackage, $"{file}: {e.Message} Get the package again.", e);
        }
    }

    private static PackageException Bad(string message) => new(PackageFailure.BadPackage, message);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,63}\z")]
    private static partial Regex PlainId();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,4}[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex PlainPath();
}
