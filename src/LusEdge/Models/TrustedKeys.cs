using LusEdge.Infer;
using NSec.Cryptography;

namespace LusEdge.Models;

/// <summary>Whose signature under a model's manifest counts on this box: public Ed25519 keys, a PEM file each (SubjectPublicKeyInfo, as openssl writes them).</summary>
public sealed class TrustedKeys
{
    /// <summary>The key of the models that come with the program, in the program's own directory.</summary>
    public const string ShippedFile = "models/lusedge-models.pub";

    /// <summary>Where a site puts its own keys, <c>*.pub</c>.</summary>
    public const string SiteFolder = "/etc/lusedge/keys";

    private readonly IReadOnlyList<(string File, PublicKey Key)> _keys;

    private TrustedKeys(IReadOnlyList<(string File, PublicKey Key)> keys) => _keys = keys;

    /// <summary>The keys' files.</summary>
    public IReadOnlyList<string> Files => [.. _keys.Select(key => key.File)];

    /// <summary>Reads the configured keys, or the usual ones: the one shipped and the site's own.</summary>
    /// <param name="options">Infer:TrustedKeys; a relative path starts at the program's own directory.</param>
    /// <exception cref="ModelException">A file can't be read or holds no such key. A usual one that is not there is none.</exception>
    public static TrustedKeys Load(ModelOptions options)
    {
        IEnumerable<string> files = options.TrustedKeys is { } configured
            ? configured.Select(file => Path.GetFullPath(file, AppContext.BaseDirectory))
            : [.. ((string[])[Path.Combine(AppContext.BaseDirectory, ShippedFile)]).Where(File.Exists), .. FilesIn(SiteFolder)];
        return new TrustedKeys([.. files.Select(file => (file, Read(file)))]);
    }

    /// <summary>The file of the key that a manifest was signed with, null if none of these made the signature.</summary>
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

    /// <summary>The keys' files in a folder. One that is not there has none; one that can't be looked into may well have some.</summary>
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
                PackageFailure.BadKey, $"{folder}: the site's keys can't be read: {e.Message} Let the service's user read the folder (chmod a+rx), or list the keys in Infer:TrustedKeys.", e);
        }
    }

    private static PublicKey Read(string file)
    {
        try
        {
            if (PublicKey.TryImport(PackageSignature.Algorithm, File.ReadAllBytes(file), KeyBlobFormat.PkixPublicKeyText, out PublicKey? key) && key is not null) return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(PackageFailure.BadKey, $"Infer:TrustedKeys: {file} can't be read: {e.Message} Put the key there, or take the file out of the list.", e);
        }

        throw new PackageException(
            PackageFailure.BadKey, $"Infer:TrustedKeys: {file} is no public Ed25519 key in PEM. Take the .pub that `lusedge-train keygen` wrote, or: openssl pkey -in KEY -pubout.");
    }
}
