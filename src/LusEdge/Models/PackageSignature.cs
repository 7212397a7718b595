using System.Text;
using NSec.Cryptography;

namespace LusEdge.Models;

/// <summary>
/// manifest.sig beside a manifest: one line, the 64 bytes of an Ed25519 signature (RFC 8032) in base64. What is signed is not the manifest
/// alone but a line that says what it is, and then the manifest's exact bytes: a signature made for anything else is none here.
/// </summary>
public static class PackageSignature
{
    /// <summary>The file's name in the model's directory.</summary>
    public const string FileName = "manifest.sig";

    /// <summary>Comes before the manifest's bytes in what is signed.</summary>
    public const string Prefix = "lusedge model manifest v1\n";

    /// <summary>Ed25519, by libsodium.</summary>
    internal static SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;

    /// <summary>What is signed.</summary>
    /// <param name="manifest">The exact bytes of manifest.json.</param>
    public static byte[] Message(ReadOnlySpan<byte> manifest) => [.. Encoding.ASCII.GetBytes(Prefix), .. manifest];

    /// <summary>The signature as it stands in the file.</summary>
    /// <param name="signature">64 bytes.</param>
    public static string ToText(ReadOnlySpan<byte> signature) => Convert.ToBase64String(signature) + "\n";

    /// <summary>The 64 bytes, or null if the text is no signature.</summary>
    /// <param name="text">The file's content.</param>
    internal static byte[]? Parse(string text)
    {
        byte[] signature = new byte[Algorithm.SignatureSize];
        return Convert.TryFromBase64String(text.Trim(), signature, out int length) && length == signature.Length ? signature : null;
    }
}
