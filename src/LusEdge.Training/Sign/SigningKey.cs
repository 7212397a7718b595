using LusEdge.Infer;
using LusEdge.Models;
using NSec.Cryptography;

namespace LusEdge.Training.Sign;

/// <summary>
/// The private half of a key pair for signing models: Ed25519, PKCS#8 in PEM, as openssl reads and writes it. It belongs on the
/// machine that signs, never on an appliance; appliances have the public half.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>The file name extension of the public half.</summary>
    public const string PublicSuffix = ".pub";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Key _key;

    private SigningKey(Key key) => _key = key;

    /// <summary>
    /// Generates a key pair and writes both files. The private half is readable only by its owner, and the public half is next to
    /// it.
    /// </summary>
    /// <param name="file">The file for the private half; neither it nor the public half's file may exist.</param>
    /// <returns>The public half's file.</returns>
    /// <exception cref="ModelException">A file already exists. An overwritten key would be lost.</exception>
    public static string Generate(string file)
    {
        string publicFile = PublicFileOf(file);
        foreach (string there in ((string[])[file, publicFile]).Where(Path.Exists))
        {
            throw new PackageException(PackageFailure.BadKey,
                $"{there}: the file already exists, and an overwritten key would be lost. Name another file.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var key = Key.Create(
            SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });
        // The file gets its mode when it is created, and a link that somebody put there is not followed.
        Write(file, key.Export(KeyBlobFormat.PkixPrivateKeyText), OwnerOnly);
        Write(publicFile, key.PublicKey.Export(KeyBlobFormat.PkixPublicKeyText),
            OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return publicFile;
    }

    /// <summary>Reads a private key.</summary>
    /// <exception cref="ModelException">The file can't be read or has no private key.</exception>
    public static SigningKey Load(string file)
    {
        try
        {
            if (Key.TryImport(SignatureAlgorithm.Ed25519, File.ReadAllBytes(file), KeyBlobFormat.PkixPrivateKeyText, out Key? key)
                && key is not null)
                return new SigningKey(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound,
                $"{file}: can't be read: {e.Message} Make a key with: lusedge-train keygen --out {file}.", e);
        }

        throw new PackageException(
            PackageFailure.BadKey,
            $"{file}: it is not a private Ed25519 key in PEM (PKCS#8, not encrypted). Make one with: "
                + "lusedge-train keygen --out FILE, or: openssl genpkey -algorithm ed25519.");
    }

    /// <summary>The path of the public half of a key.</summary>
    public static string PublicFileOf(string file) => Path.ChangeExtension(file, PublicSuffix);

    /// <summary>Signs a manifest's exact bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> manifest) => SignatureAlgorithm.Ed25519.Sign(_key, PackageSignature.Message(manifest));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Writes PEM. NSec ends its lines with CR and LF; the files end theirs with LF, as openssl's do.</summary>
    private static void Write(string file, byte[] pem, UnixFileMode mode)
    {
        using var stream = new FileStream(
            file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        stream.Write([.. pem.Where(letter => letter != (byte)'\r')]);
        stream.Flush(flushToDisk: true);
    }
}
