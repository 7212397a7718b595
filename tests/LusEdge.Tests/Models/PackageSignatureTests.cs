using System.ComponentModel;
using System.Diagnostics;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Training.Sign;

namespace LusEdge.Tests.Models;

/// <summary>Keys and signatures, checked with openssl.</summary>
public sealed class PackageSignatureTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Openssl_accepts_a_signature_and_rejects_it_for_another_manifest()
    {
        string key = TestPackage.Key(_temp["site.key"]);
        TestPackage package = TestPackage.Write(_temp["tiny"], key);
        byte[] manifest = File.ReadAllBytes(package["manifest.json"]);
        string line = Assert.Single(File.ReadAllLines(package["manifest.sig"]));
        File.WriteAllBytes(_temp["signature"], Convert.FromBase64String(line));

        File.WriteAllBytes(_temp["signed"], [.. "lusedge model manifest v1\n"u8, .. manifest]);
        Assert.Equal(0, Verify(SigningKey.PublicFileOf(key)));
        manifest[10] ^= 1;
        File.WriteAllBytes(_temp["signed"], [.. "lusedge model manifest v1\n"u8, .. manifest]);
        Assert.NotEqual(0, Verify(SigningKey.PublicFileOf(key)));
    }

    [Fact]
    public void A_key_made_by_openssl_can_sign()
    {
        OpenSsl("genpkey", "-algorithm", "ed25519", "-out", _temp["theirs.key"]);
        OpenSsl("pkey", "-in", _temp["theirs.key"], "-pubout", "-out", _temp["theirs.pub"]);
        TestPackage package = TestPackage.Write(_temp["tiny"], _temp["theirs.key"]);
        TrustedKeys keys = TrustedKeys.Load(new ModelOptions { TrustedKeys = [_temp["theirs.pub"]] });
        Assert.Equal(_temp["theirs.pub"], ModelPackage.Verify(package.Path, keys).SignedBy);
    }

    [Fact]
    public void A_new_key_is_readable_by_its_owner_only_and_overwrites_nothing()
    {
        string key = _temp["new/site.key"];
        Assert.Equal(_temp["new/site.pub"], SigningKey.Generate(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(key), StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", File.ReadAllText(_temp["new/site.pub"]), StringComparison.Ordinal);

        byte[] before = File.ReadAllBytes(key);
        Assert.Equal(PackageFailure.BadKey, Assert.Throws<PackageException>(() => SigningKey.Generate(key)).Failure);
        Assert.Equal(before, File.ReadAllBytes(key));
        File.Delete(key);
        // A public key alone stays too: it may have been given out.
        Assert.ThrowsAny<ModelException>(() => SigningKey.Generate(key));
        Assert.False(File.Exists(key));
    }

    [Fact]
    public void An_incomplete_package_is_not_signed_and_stays_unchanged()
    {
        string key = TestPackage.Key(_temp["site.key"]);
        using SigningKey signer = SigningKey.Load(key);
        string directory = TinyModel.Write(_temp["bare"], TinyModel.Seven);
        string before = File.ReadAllText(Path.Combine(directory, "manifest.json"));
        Assert.Contains(
            "README.md: it is missing", Assert.ThrowsAny<ModelException>(() => PackageSigner.Sign(directory, signer)).Message);

        File.AppendAllText(Path.Combine(directory, "model.onnx"), "x");
        Assert.Equal(
            ModelFailure.HashMismatch, Assert.ThrowsAny<ModelException>(() => PackageSigner.Sign(directory, signer)).Reason);
        Assert.Equal(before, File.ReadAllText(Path.Combine(directory, "manifest.json")));
        Assert.False(File.Exists(Path.Combine(directory, "manifest.sig")));
    }

    private int Verify(string publicKey) => OpenSsl(
        "pkeyutl", "-verify", "-pubin", "-inkey", publicKey, "-rawin", "-in", _temp["signed"], "-sigfile", _temp["signature"]);

    private static int OpenSsl(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("openssl", arguments);
            (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            TestContext.Current.TestOutputHelper?.WriteLine(output);
            bool isTooOld = output.Contains("Unknown option", StringComparison.Ordinal)
                || output.Contains("operation not supported", StringComparison.Ordinal);
            Assert.SkipWhen(isTooOld, $"this openssl does not support Ed25519: {output}");
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            Assert.Skip("openssl is not installed: apt-get install openssl");
            return 1;
        }
    }
}
