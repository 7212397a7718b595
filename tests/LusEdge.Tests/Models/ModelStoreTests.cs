using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using LusEdge.Infer;
using LusEdge.Models;

namespace LusEdge.Tests.Models;

/// <summary>Installing a package: what is refused, and that a refusal changes nothing.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    public static TheoryData<string, string> Tamperings => new()
    {
        { "a bit of the model", "model.onnx: its SHA-256" },
        { "a truncated model", "model.onnx: its SHA-256" },
        { "an empty model", "model.onnx: its SHA-256" },
        { "a bit of the card", "README.md: its SHA-256" },
        { "a bit of a golden frame", "03.pgm: its SHA-256" },
        { "a bit of the golden answers", "expected.json: its SHA-256" },
        { "a bit of the manifest", "no trusted key signed this" },
        { "an invalid manifest", "no trusted key signed this" },
        { "another key", "no trusted key signed this" },
        { "no signature", "is not signed" },
        { "an invalid signature", "not a signature" },
        { "a signature of the bare manifest", "no trusted key signed this" },
        { "a missing file", "02.pgm: it is missing" },
        { "a missing model", "model.onnx: it is missing" },
        { "no manifest", "manifest.json: can't be read" },
        { "an extra file", "does not list it" },
        { "an extra folder", "does not list it" },
        { "a link", "is a link" },
        { "a link to a folder", "is a link" },
        { "an oversized file", "at most" },
        { "a pipe instead of the manifest", "manifest.json: can't be read: It is a pipe" },
        { "a pipe instead of the signature", "not a signature" },
        { "a pipe instead of the model", "model.onnx: It is a pipe" },
        { "an endless manifest", "manifest.json: can't be read: It is a device" },
    };

    public static TheoryData<string, string> BadPackages => new()
    {
        { "a scheme with other classes", "[1,7]" },
        { "another scheme than the manifest's", "its scheme is" },
        { "an invalid model", "ONNX Runtime can't load it" },
        { "wrong answers", "golden frames have the expected grade" },
        { "answers that are a little off", "golden frames have the expected grade" },
        { "answers on another scale", "don't fit the scale" },
        { "a grade that is not the highest", "don't fit the scale" },
        { "an invalid golden frame", "not a complete 8-bit binary PGM" },
        { "no golden frames", "it has 0 frames" },
        { "an id that leads elsewhere", "lower-case letters" },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void A_package_changed_after_signing_is_refused_and_nothing_changes(string what, string message)
    {
        string serving = _store.Serve();
        TestPackage package = TestPackage.Write(_store["package"], _store.Key, version: 2);
        Tamper(package, what);
        _store.Refused(package.Path, message, serving);
        if (what.Contains("link", StringComparison.Ordinal)) return;
        if (what.Contains("pipe", StringComparison.Ordinal) || what.Contains("endless", StringComparison.Ordinal)) return;
        if (what == "no manifest") message = "there is no manifest.json";
        _store.Refused(Pack(package.Path), message, serving);
    }

    [Theory]
    [MemberData(nameof(BadPackages))]
    public void A_signed_but_invalid_package_is_refused_and_nothing_changes(string what, string message)
    {
        string serving = _store.Serve();
        TestPackage package = TestPackage.Write(
            _store["package"], _store.Key, version: 2, change: package => Spoil(package, what));
        _store.Refused(package.Path, message, serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signed_package_is_installed_complete_and_serves_once_activated(bool packed)
    {
        TestPackage package = TestPackage.Write(_store["tiny"], _store.Key);
        (string name, bool wasInstalled, Parity? parity) = _store.Loader.Install(packed ? Pack(package.Path) : package.Path);

        Assert.False(wasInstalled);
        Assert.Matches("^tiny@1-[0-9a-f]{8}$", name);
        Assert.Equal((7, 7, true), (parity!.Frames, parity.SameGrade, parity.Holds));
        Assert.Equal([name], _store.Loader.Store.Names);
        Assert.Null(_store.Loader.Store.Active);
        Assert.Equal(TestStore.Contents(package.Path), TestStore.Contents(_store.Loader.Store.PathOf(name)));

        Assert.Equal(name, _store.Loader.Activate("tiny"));
        (SeverityModel model, string? serving, string? refusal) = _store.Loader.LoadAtStart();
        using (model)
        {
            Assert.Equal((name, null, "site.pub", null), (serving, refusal, model.InUse.SignedBy, model.InUse.SignatureFlaw));
        }
    }

    [Fact]
    public void Reinstalling_is_no_error_and_repairs_a_damaged_package()
    {
        TestPackage package = TestPackage.Write(_store["tiny"], _store.Key);
        string name = _store.Loader.Install(package.Path).Name;
        Assert.True(_store.Loader.Install(package.Path).WasInstalled);

        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(name), "README.md"), "x");
        Assert.False(_store.Loader.Install(package.Path).WasInstalled);
        Assert.Equal(TestStore.Contents(package.Path), TestStore.Contents(_store.Loader.Store.PathOf(name)));
        Assert.Equal([name], _store.Loader.Store.Names);
    }

    [Fact]
    public void A_byte_order_mark_before_the_manifest_and_the_golden_answers_is_allowed()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        TestPackage package = TestPackage.Write(_store["tiny"], _store.Key, change: package =>
        {
            string answers = package["golden/expected.json"];
            File.WriteAllBytes(answers, [.. mark, .. File.ReadAllBytes(answers)]);
        });
        // The signature covers the file's exact bytes, and so the mark too.
        byte[] manifest = [.. mark, .. File.ReadAllBytes(package["manifest.json"])];
        File.WriteAllBytes(package["manifest.json"], manifest);
        SignBytes(package, PackageSignature.Message(manifest));

        Assert.True(_store.Loader.Install(Pack(package.Path)).Parity!.Holds);
    }

    [Fact]
    public void Another_model_with_the_same_version_is_refused()
    {
        string serving = _store.Serve();
        TestPackage other = TestPackage.Write(_store["other"], _store.Key, TinyModel.Four);
        _store.Refused(other.Path, "a different model with this id and version is installed", serving);
    }

    [Fact]
    public void Folders_that_are_not_models_are_ignored()
    {
        string serving = _store.Serve();
        foreach (string folder in (string[])["lost+found", "backup", "my-backup", $"{serving}.old"])
        {
            Directory.CreateDirectory(_store.Loader.Store.PathOf(folder));
        }

        Assert.Equal([serving], _store.Loader.Store.Names);
        Assert.Equal(serving, _store.Loader.Store.Find("tiny"));
        Assert.Equal(
            PackageFailure.NotInstalled, Assert.Throws<PackageException>(() => _store.Loader.Store.Find("backup")).Failure);
    }

    [Fact]
    public void A_store_locked_by_another_process_is_left_alone()
    {
        Directory.CreateDirectory(_store["store"]);
        using FileStream held = new(
            Path.Combine(_store["store"], ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        TestPackage package = TestPackage.Write(_store["tiny"], _store.Key);
        Assert.Equal(
            PackageFailure.StoreUnavailable, Assert.Throws<PackageException>(() => _store.Loader.Install(package.Path)).Failure);
        Assert.Empty(_store.Loader.Store.Names);
    }

    private void Tamper(TestPackage package, string what)
    {
        switch (what)
        {
            case "a bit of the model": package.Flip("model.onnx"); break;
            case "a truncated model": TestStore.Truncate(package["model.onnx"], 100); break;
            case "an empty model": TestStore.Truncate(package["model.onnx"], 0); break;
            case "a bit of the card": package.Flip("README.md"); break;
            case "a bit of a golden frame": package.Flip("golden/03.pgm"); break;
            case "a bit of the golden answers": package.Flip("golden/expected.json"); break;
            case "a bit of the manifest":
                string manifest = File.ReadAllText(package["manifest.json"]);
                File.WriteAllText(package["manifest.json"], manifest.Replace("\"tiny\"", "\"tinx\"", StringComparison.Ordinal));
                break;
            case "an invalid manifest": File.WriteAllText(package["manifest.json"], "{"); break;
            case "another key": package.Sign(TestPackage.Key(_store["other.key"])); break;
            case "no signature": File.Delete(package["manifest.sig"]); break;
            case "an invalid signature": File.WriteAllText(package["manifest.sig"], "AAAA\n"); break;
            case "a signature of the bare manifest": SignBytes(package, File.ReadAllBytes(package["manifest.json"])); break;
            case "a missing file": File.Delete(package["golden/02.pgm"]); break;
            case "a missing model": File.Delete(package["model.onnx"]); break;
            case "no manifest": File.Delete(package["manifest.json"]); break;
            case "an extra file": File.WriteAllText(package["golden/run.sh"], "#!/bin/sh\n"); break;
            case "an extra folder": Directory.CreateDirectory(package["more"]); break;
            case "a link":
                File.Move(package["README.md"], _store["elsewhere.md"]);
                File.CreateSymbolicLink(package["README.md"], _store["elsewhere.md"]);
                break;
            case "a link to a folder":
                Directory.Move(package["golden"], _store["elsewhere"]);
                Directory.CreateSymbolicLink(package["golden"], _store["elsewhere"]);
                break;
            case "a pipe instead of the manifest": ReplaceByPipe(package["manifest.json"]); break;
            case "a pipe instead of the signature": ReplaceByPipe(package["manifest.sig"]); break;
            case "a pipe instead of the model": ReplaceByPipe(package["model.onnx"]); break;
            case "an endless manifest":
                File.Delete(package["manifest.json"]);
                File.CreateSymbolicLink(package["manifest.json"], "/dev/zero");
                break;
            case "an oversized file": TestStore.Truncate(package["README.md"], ModelPackage.MaxFileBytes + 1); break;
            default: throw new ArgumentException(what);
        }
    }

    private static void Spoil(TestPackage package, string what)
    {
        switch (what)
        {
            case "a scheme with other classes":
                Replace(package, "sanmatteo-7", TinyModel.Bytes(TinyModel.Seven, outputs: 4));
                break;
            case "another scheme than the manifest's": Replace(package, "iclus-4", TinyModel.Bytes(TinyModel.Seven)); break;
            case "an invalid model": Replace(package, "sanmatteo-7", Encoding.ASCII.GetBytes("no model")); break;
            case "wrong answers":
                package.Expect(golden => golden with
                {
                    Frames = [.. golden.Frames.Zip(golden.Frames.Reverse(), (frame, other) => other with { File = frame.File })],
                });
                break;
            case "answers that are a little off":
                package.Expect(golden =>
                {
                    float[] p = golden.Frames[0].Probabilities;
                    p[0] -= 0.0003f;
                    return golden;
                });
                break;
            case "answers on another scale":
                package.Expect(golden => golden with
                {
                    Frames = [.. golden.Frames.Select(frame => frame with { Probabilities = frame.Probabilities[..4] })],
                });
                break;
            case "a grade that is not the highest":
                package.Expect(
                    golden => golden with { Frames = [.. golden.Frames.Select(frame => frame with { Grade = "1*" })] });
                break;
            case "an invalid golden frame": File.WriteAllText(package["golden/01.pgm"], "P5\n24 18\n255\n"); break;
            case "no golden frames": package.Expect(golden => golden with { Frames = [] }); break;
            case "an id that leads elsewhere":
                package.Manifest(ModelManifest.Load(package.Path) with { Id = "../../tiny" });
                break;
            default: throw new ArgumentException(what);
        }
    }

    private static void Replace(TestPackage package, string scheme, byte[] model)
    {
        File.WriteAllBytes(package["model.onnx"], model);
        package.Manifest(new ModelManifest("tiny", 2, scheme, ModelManifest.HashOf(model)));
    }

    private static void ReplaceByPipe(string file)
    {
        File.Delete(file);
        using Process made = Process.Start("mkfifo", [file]);
        made.WaitForExit();
    }

    private void SignBytes(TestPackage package, byte[] bytes)
    {
        NSec.Cryptography.Ed25519 ed25519 = NSec.Cryptography.SignatureAlgorithm.Ed25519;
        using var key = NSec.Cryptography.Key.Import(
            ed25519, File.ReadAllBytes(_store.Key), NSec.Cryptography.KeyBlobFormat.PkixPrivateKeyText);
        File.WriteAllText(package["manifest.sig"], PackageSignature.ToText(ed25519.Sign(key, bytes)));
    }

    private static string Pack(string directory)
    {
        string file = $"{directory}.tar.gz";
        using var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(directory, packed, includeBaseDirectory: true);
        return file;
    }
}
