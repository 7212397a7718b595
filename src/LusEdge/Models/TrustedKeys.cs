using LusEdge.Infer;
using LusEdge.Machine;
using NSec.Cryptography;

namespace LusEdge.Models;

/// <summary>
/// The keys whose signatures this device accepts: Ed25519 public keys,
/// one per PEM file (SubjectPublicKeyInfo, as openssl writes them).
/// </summary>
public sealed class TrustedKeys
{
    /// <summary>The key of the models that ship with the program, in the program's own directory.</summary>
    public const string ShippedFile = "models/lusedge-models.pub";

    /// <summary>The folder for a site's own keys, <c>*.pub</c>.</summary>
    public const string SiteFolder = "/etc/lusedge/keys";

    /// <summary>A key takes 113 bytes, with its lines of text.</summary>
    private const long MaxKeyBytes = 16 << 10;

    private readonly IReadOnlyList<(string File, PublicKey Key)> _keys;

    private TrustedKeys(IReadOnlyList<(string File, PublicKey Key)> keys) => _keys = keys;

    /// <summary>The key files.</summary>
    public IReadOnlyList<string> Files => [.. _keys.Select(key => key.File)];

    /// <summary>Reads the configured keys, or by default the shipped key and the site's own.</summary>
    /// <param name="options">Infer:TrustedKeys; a relative path starts at the program's own directory.</param>
    /// <exception cref="ModelException">A file can't be read or holds no such key. A default file may be missing.</exception>
    public static TrustedKeys Load(ModelOptions options)
    {
        IEnumerable<string> files = options.TrustedKeys is { } configured
            ? configured.Select(file => Path.GetFullPath(file, AppContext.BaseDirectory))
            : [.. ((string[])[Path.Combine(AppContext.BaseDirectory, ShippedFile)]).Where(File.Exists), .. FilesIn(SiteFolder)];
        return new TrustedKeys([.. files.Select(file => (file, Read(file)))]);
    }

    /// <summary>The file of the key that signed a manifest; null if none of these keys did.</summary>
    /// <param name="manifest">The exact bytes of manifest.json.</param>
    /// <param name="signature">64 bytes.</param>
    internal string? SignerOf(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> signature)
    {
        byte[] message = PackageSignature.Message(manifest);
        foreach ((string file, PublicKey key) in _keys)
        {
            if (PackageSignature.Algorithm.Verify(key, message, signature)) return file;
        }

        return null;
    }

    /// <summary>
    /// The key files in a folder. A missing folder has none; an unreadable one may have some, so it is an error.
    /// </summary>
    internal static string[] FilesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.pub").Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                PackageFailure.BadKey,
                $"{folder}: the site's keys can't be read: {e.Message} "
                + "Let the service's user read the folder (chmod a+rx), or list the keys in Infer:TrustedKeys.",
                e);
        }
    }

    private static PublicKey Read(string file)
    {
        byte[] pem;
        try
        {
            pem = BoundedFile.ReadAllBytes(file, MaxKeyBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                PackageFailure.BadKey,
                $"Infer:TrustedKeys: {file} can't be read: {e.Message} Put the key there, or remove the file from the list.",
                e);
        }

        KeyBlobFormat format = KeyBlobFormat.PkixPublicKeyText;
        return PublicKey.TryImport(PackageSignature.Algorithm, pem, format, out PublicKey? key) && key is not null
            ? key
            : throw new PackageException(
                PackageFailure.BadKey,
                $"Infer:TrustedKeys: {file} is not an Ed25519 public key in PEM. "
                + "Use the .pub file from `lusedge-train keygen`, or from: openssl pkey -in KEY -pubout.");
    }
}
