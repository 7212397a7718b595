using System.Text;
using NSec.Cryptography;

namespace LusEdge.Models;

/// <summary>
/// manifest.sig beside a manifest: one line, the 64 bytes of an Ed25519 signature (RFC 8032) in base64. It signs a line that
/// names the purpose, followed by the manifest's exact bytes, so a signature made for another purpose is not valid here.
/// </summary>
public static class PackageSignature
{
    /// <summary>The file's name in the model's directory.</summary>
    public const string FileName = "manifest.sig";

    /// <summary>The signed bytes begin with this, followed by the manifest.</summary>
    public const string Prefix = "lusedge model manifest v1\n";

    /// <summary>The largest allowed size of the file in bytes; it takes 89.</summary>
    internal const long MaxBytes = 1024;

    /// <summary>Ed25519, by libsodium.</summary>
    internal static SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;

    /// <summary>The bytes to sign.</summary>
    /// <param name="manifest">The exact bytes of manifest.json.</param>
    public static byte[] Message(ReadOnlySpan<byte> manifest) => [.. Encoding.ASCII.GetBytes(Prefix), .. manifest];

    /// <summary>The signature as the file holds it.</summary>
    /// <param name="signature">64 bytes.</param>
    public static string ToText(ReadOnlySpan<byte> signature) => Convert.ToBase64String(signature) + "\n";

    /// <summary>The 64 bytes, or null if the text is not a signature.</summary>
    /// <param name="text">The file's content.</param>
    internal static byte[]? Parse(string text)
    {
        byte[] signature = new byte[Algorithm.SignatureSize];
        bool isBase64 = Convert.TryFromBase64String(text.Trim(), signature, out int length);
        return isBase64 && length == signature.Length ? signature : null;
    }
}
