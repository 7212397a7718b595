using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Infer;

/// <summary>From a package to the model that serves: what is refused, and that a refusal changes nothing.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly string _key;
    private readonly ModelLoader _loader;

    public ModelStoreTests()
    {
        _key = TestPackage.Key(_temp["site.key"]);
        _loader = new ModelLoader(TestPackage.Options(_temp["store"], _key), NullLogger<SeverityModel>.Instance);
    }

    public void Dispose() => _temp.Dispose();

    public static TheoryData<string, string> Tamperings => new()
    {
        { "a bit of the model", "model.onnx: its SHA-256" },
        { "a truncated model", "model.onnx: its SHA-256" },
        { "an empty model", "model.onnx: its SHA-256" },
        { "a bit of the card", "README.md: its SHA-256" },
        { "a bit of a golden frame", "03.pgm: its SHA-256" },
        { "a bit of the golden answers", "expected.json: its SHA-256" },
        { "a bit of the manifest", "not what a trusted key has signed" },
        { "a manifest that is none", "not what a trusted key has signed" },
        { "another key", "not what a trusted key has signed" },
        { "no signature", "is not signed" },
        { "a signature that is none", "is no signature" },
        { "a signature of the bare manifest", "not what a trusted key has signed" },
        { "a missing file", "02.pgm: it is missing" },
        { "a missing model", "model.onnx: it is missing" },
        { "no manifest", "manifest.json: can't be read" },
        { "an extra file", "does not list it" },
        { "an extra folder", "does not list it" },
        { "a link", "is a link" },
        { "a link to a folder", "is a link" },
        { "an oversized file", "at most" },
    };

    public static TheoryData<string, string> BadPackages => new()
    {
        { "a scheme with other classes", "[1,7]" },
        { "another scheme than the manifest's", "its scheme is" },
        { "a model that is none", "ONNX Runtime can't load it" },
        { "wrong answers", "golden frames have the expected grade" },
        { "answers that are a little off", "golden frames have the expected grade" },
        { "answers on another scale", "not an answer on the scale" },
        { "a grade that is not the highest", "not an answer on the scale" },
        { "a golden frame that is no picture", "no whole 8-bit binary PGM" },
        { "no golden frame at all", "it has 0 frames" },
        { "an id that leads elsewhere", "lower-case letters" },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void What_was_done_to_a_package_after_it_was_signed_is_refused_and_changes_nothing(string what, string told)
    {
        string serving = Serve();
        TestPackage package = TestPackage.Write(_temp["package"], _key, version: 2);
        Tamper(package, what);
        Refused(package.Path, told, serving);
        if (what.Contains("link", StringComparison.Ordinal)) return;
        Refused(Pack(package.Path), told, serving);
    }

    [Theory]
    [MemberData(nameof(BadPackages))]
    public void What_is_wrong_with_a_package_that_was_signed_is_refused_and_changes_nothing(string what, string told)
    {
        string serving = Serve();
        TestPackage package = TestPackage.Write(_temp["package"], _key, version: 2, change: package => Spoil(package, what));
        Refused(package.Path, told, serving);
    }

    [Theory]
    [InlineData("../escape", "no plain path")]
    [InlineData("tiny/../../escape", "no plain path")]
    [InlineData("/tmp/escape", "no plain path")]
    [InlineData("link", "is a link")]
    [InlineData("hardlink", "is a link")]
    [InlineData("pipe", "neither a file nor a folder")]
    [InlineData("twice", "is in it twice")]
    [InlineData("truncated", "no whole .tar.gz")]
    [InlineData("garbage", "no whole .tar.gz")]
    [InlineData("a length past all counting", "no whole .tar.gz")]
    [InlineData("a length below nothing", "no whole .tar.gz")]
    [InlineData("a length in words", "no whole .tar.gz")]
    [InlineData("a time past all counting", "no whole .tar.gz")]
    [InlineData("a folder with a length", "no whole .tar.gz")]
    [InlineData("nothing", "holds no model's package")]
    [InlineData("oversized", "at most")]
    public void An_archive_with_anything_but_a_package_in_it_is_refused_and_writes_nothing_anywhere(string what, string told)
    {
        string serving = Serve();
        string archive = BadArchive(what);
        string[] before = Everything();
        Refused(archive, told, serving);
        Assert.Equal(before, Everything());
        Assert.False(Path.Exists("/tmp/escape"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signed_package_is_installed_whole_and_serves_once_it_is_activated(bool packed)
    {
        TestPackage package = TestPackage.Write(_temp["tiny"], _key);
        (string name, bool wasThere, Parity? parity) = _loader.Install(packed ? Pack(package.Path) : package.Path);

        Assert.False(wasThere);
        Assert.Matches("^tiny@1-[0-9a-f]{8}$", name);
        Assert.Equal((7, 7, true), (parity!.Frames, parity.SameGrade, parity.Holds));
        Assert.Equal([name], _loader.Store.Names);
        Assert.Null(_loader.Store.Active);
        Assert.Equal(Contents(package.Path), Contents(_loader.Store.PathOf(name)));

        Assert.Equal(name, _loader.Activate("tiny"));
        (SeverityModel model, string? serving, string? refusal) = _loader.LoadAtStart();
        using (model)
        {
            Assert.Equal((name, null, "site.pub", null), (serving, refusal, model.InUse.SignedBy, model.InUse.SignatureFlaw));
        }
    }

    [Fact]
    public void The_same_package_again_is_no_error_and_a_damaged_one_is_mended()
    {
        TestPackage package = TestPackage.Write(_temp["tiny"], _key);
        string name = _loader.Install(package.Path).Name;
        Assert.True(_loader.Install(package.Path).WasThere);

        File.AppendAllText(Path.Combine(_loader.Store.PathOf(name), "README.md"), "x");
        Assert.False(_loader.Install(package.Path).WasThere);
        Assert.Equal(Contents(package.Path), Contents(_loader.Store.PathOf(name)));
        Assert.Equal([name], _loader.Store.Names);
    }

    [Fact]
    public void Another_model_under_the_same_version_is_refused()
    {
        string serving = Serve();
        TestPackage other = TestPackage.Write(_temp["other"], _key, TinyModel.Four);
        Refused(other.Path, "another model of that id and version is installed", serving);
    }

    [Fact]
    public void Rollback_goes_back_to_what_served_before_and_forth_again()
    {
        string one = _loader.Install(TestPackage.Write(_temp["one"], _key).Path).Name;
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, TinyModel.Four, version: 2).Path).Name;
        Assert.Equal(ModelFailure.NotInstalled, Assert.Throws<ModelException>(() => _loader.Rollback()).Reason);

        _loader.Activate("tiny@1");
        // Without a version it is the newest.
        Assert.Equal(two, _loader.Activate("tiny"));
        Assert.Equal((two, one), (_loader.Store.Active, _loader.Store.Previous));
        Assert.Equal(one, _loader.Rollback());
        Assert.Equal((one, two), (_loader.Store.Active, _loader.Store.Previous));
        Assert.Equal(two, _loader.Rollback());
        Assert.Equal((two, one), (_loader.Store.Active, _loader.Store.Previous));
    }

    [Fact]
    public void Rollback_from_the_first_one_goes_back_to_the_model_that_came_with_the_program()
    {
        string name = Serve();
        Assert.Null(_loader.Rollback());
        Assert.Equal((null, name), (_loader.Store.Active, _loader.Store.Previous));
        Assert.Equal(name, _loader.Rollback());
    }

    [Fact]
    public void Rollback_changes_both_links_in_one_step_and_each_activation_can_be_told_from_the_one_before()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        (string?, DateTime) seen = _loader.Store.ActiveSince;
        // A new link would be another file: the two that are there change places.
        DateTime[] made = [.. Links()];
        _loader.Rollback();
        Assert.Equal(made.Reverse(), Links());
        Assert.NotEqual(seen, _loader.Store.ActiveSince);
        Assert.Equal((one, two), (_loader.Store.Active, _loader.Store.Previous));

        IEnumerable<DateTime> Links() => ((string[])["active", "previous"]).Select(link => new FileInfo(Path.Combine(_temp["store"], link)).LastWriteTimeUtc);
    }

    [Fact]
    public void An_activation_that_was_killed_between_its_links_leaves_a_model_that_serves_and_a_way_back()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        string three = _loader.Install(TestPackage.Write(_temp["three"], _key, version: 3).Path).Name;
        _loader.Activate(two);
        // As the kill leaves it: the new one is active, and the link to the one before is made and not in place.
        File.Delete(Path.Combine(_temp["store"], "active"));
        File.CreateSymbolicLink(Path.Combine(_temp["store"], "active"), three);
        File.CreateSymbolicLink(Path.Combine(_temp["store"], ".previous-0123"), two);

        _loader.LoadAtStart().Model.Dispose();
        Assert.Equal(one, _loader.Rollback());
        Assert.Equal((one, three), (_loader.Store.Active, _loader.Store.Previous));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_temp["store"]), path => Path.GetFileName(path).StartsWith(".previous", StringComparison.Ordinal));
    }

    [Fact]
    public void Rollback_does_not_lead_to_a_model_that_was_refused()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        _loader.Store.NoteRefusal(one, "It answers otherwise.");

        Assert.Contains("It answers otherwise.", Assert.Throws<ModelException>(() => _loader.Rollback()).Message, StringComparison.Ordinal);
        Assert.Equal((two, one), (_loader.Store.Active, _loader.Store.Previous));
    }

    [Fact]
    public void A_damaged_model_is_not_activated_and_what_was_active_still_is()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        File.AppendAllText(Path.Combine(_loader.Store.PathOf(two), "golden/00.pgm"), "x");

        Assert.Contains("00.pgm: its SHA-256", Assert.Throws<ModelException>(() => _loader.Activate("tiny@2")).Message);
        Assert.Equal((one, null), (_loader.Store.Active, _loader.Store.Previous));
    }

    [Fact]
    public void An_active_model_that_is_damaged_does_not_start_and_the_one_before_serves()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, TinyModel.Four, version: 2).Path).Name;
        _loader.Activate("tiny@2");
        File.AppendAllText(Path.Combine(_loader.Store.PathOf(two), "model.onnx"), "x");

        (SeverityModel model, string? serving, string? refusal) = _loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(one, serving);
        Assert.Contains("model.onnx: its SHA-256", refusal);
        Assert.Equal(refusal, _loader.Store.RefusalOf(two));
        Assert.EndsWith(one, _loader.Serving, StringComparison.Ordinal);
        // What never served is not what to go back to.
        string three = _loader.Install(TestPackage.Write(_temp["three"], _key, version: 3).Path).Name;
        _loader.Activate("tiny@3");
        Assert.Equal((three, one), (_loader.Store.Active, _loader.Store.Previous));
    }

    [Fact]
    public void A_model_that_a_service_has_refused_is_not_tried_again_at_the_next_start_but_once_it_is_activated_again()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        _loader.Store.NoteRefusal(two, "It answers otherwise.");

        (SeverityModel model, string? serving, string? refusal) = _loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((one, "It answers otherwise."), (serving, refusal));
        _loader.Activate(two);
        (model, serving, refusal) = _loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((two, null), (serving, refusal));
    }

    [Fact]
    public void What_is_wrong_with_the_box_is_not_noted_as_the_models_refusal()
    {
        Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        File.Move(_temp["site.pub"], _temp["away.pub"]);

        ModelException e = Assert.Throws<ModelException>(() => _loader.LoadAtStart());
        Assert.Equal(ModelFailure.BadKey, e.Reason);
        // One cause, told once.
        Assert.DoesNotContain("either", e.Message, StringComparison.Ordinal);
        Assert.Null(_loader.Store.RefusalOf(two));
        File.Move(_temp["away.pub"], _temp["site.pub"]);
        (SeverityModel model, string? serving, _) = _loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(two, serving);
    }

    [Fact]
    public void When_the_model_before_is_damaged_too_none_serves_and_both_are_told()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        File.AppendAllText(Path.Combine(_loader.Store.PathOf(one), "README.md"), "x");
        File.AppendAllText(Path.Combine(_loader.Store.PathOf(two), "model.onnx"), "x");

        ModelException e = Assert.Throws<ModelException>(() => _loader.LoadAtStart());
        Assert.Contains($"{two}/model.onnx: its SHA-256", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{one}/README.md: its SHA-256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_out_of_the_store_is_refused_and_not_taken_for_none()
    {
        string one = Serve();
        string two = _loader.Install(TestPackage.Write(_temp["two"], _key, version: 2).Path).Name;
        _loader.Activate(two);
        File.Delete(Path.Combine(_temp["store"], "active"));
        File.CreateSymbolicLink(Path.Combine(_temp["store"], "active"), _temp["two"]);

        (SeverityModel model, string? serving, string? refusal) = _loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(one, serving);
        Assert.Contains("manifest.json: can't be read", refusal);
    }

    [Fact]
    public void A_model_named_in_the_configuration_serves_whatever_is_active_and_says_that_nobody_vouches_for_it()
    {
        Serve();
        string own = TinyModel.Write(_temp["own"], TinyModel.Four);
        var loader = new ModelLoader(TestPackage.Options(_temp["store"], _key) with { Model = own }, NullLogger<SeverityModel>.Instance);
        (SeverityModel model, string? serving, string? refusal) = loader.LoadAtStart();
        using (model)
        {
            Assert.False(loader.FollowsStore);
            Assert.Equal((null, null, null, "iclus-4"), (serving, refusal, model.InUse.SignedBy, model.InUse.Scheme.Id));
            Assert.Contains("is not signed", model.InUse.SignatureFlaw);
        }
    }

    [Fact]
    public void A_key_that_is_exchanged_counts_at_the_next_activation()
    {
        string serving = Serve();
        string other = TestPackage.Key(_temp["other.key"]);
        File.Copy(_temp["other.pub"], _temp["site.pub"], overwrite: true);

        Assert.Equal(ModelFailure.BadSignature, Assert.Throws<ModelException>(() => _loader.Activate(serving)).Reason);
        Assert.Equal(ModelFailure.BadSignature, Assert.Throws<ModelException>(() => _loader.LoadNamed(serving)).Reason);
        string two = _loader.Install(TestPackage.Write(_temp["two"], other, version: 2).Path).Name;
        Assert.Equal(two, _loader.Activate("tiny@2"));
    }

    [Fact]
    public void A_folder_that_is_no_model_is_none()
    {
        string serving = Serve();
        foreach (string folder in (string[])["lost+found", "backup", "my-backup", $"{serving}.old"]) Directory.CreateDirectory(_loader.Store.PathOf(folder));

        Assert.Equal([serving], _loader.Store.Names);
        Assert.Equal(serving, _loader.Store.Find("tiny"));
        Assert.Equal(ModelFailure.NotInstalled, Assert.Throws<ModelException>(() => _loader.Store.Find("backup")).Reason);
    }

    [Fact]
    public void A_store_that_somebody_else_writes_is_left_alone()
    {
        Directory.CreateDirectory(_temp["store"]);
        using FileStream alone = new(Path.Combine(_temp["store"], ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        TestPackage package = TestPackage.Write(_temp["tiny"], _key);
        Assert.Equal(ModelFailure.StoreUnavailable, Assert.Throws<ModelException>(() => _loader.Install(package.Path)).Reason);
        Assert.Empty(_loader.Store.Names);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("a private key")]
    public void A_trusted_key_that_is_none_is_told_by_its_file(string what)
    {
        string file = _temp["bad.pub"];
        if (what == "garbage") File.WriteAllText(file, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        if (what == "a private key") File.Copy(_key, file);
        ModelException e = Assert.Throws<ModelException>(() => TrustedKeys.Load(new InferOptions { TrustedKeys = [file] }));
        Assert.Equal(ModelFailure.BadKey, e.Reason);
        Assert.Contains(file, e.Message);
    }

    [Fact]
    public void A_folder_of_keys_that_cannot_be_looked_into_is_not_taken_for_an_empty_one()
    {
        Assert.Empty(TrustedKeys.FilesIn(_temp["none"]));
        File.CreateSymbolicLink(_temp["loop"], "loop");
        ModelException e = Assert.Throws<ModelException>(() => TrustedKeys.FilesIn(_temp["loop"]));
        Assert.Equal(ModelFailure.BadKey, e.Reason);
        Assert.Contains(_temp["loop"], e.Message, StringComparison.Ordinal);
    }

    /// <summary>A model that is installed and active.</summary>
    private string Serve()
    {
        _loader.Install(TestPackage.Write(_temp["serving"], _key).Path);
        return _loader.Activate("tiny")!;
    }

    private void Refused(string source, string told, string serving)
    {
        string[] before = Contents(_loader.Store.Folder);
        ModelException e = Assert.Throws<ModelException>(() => _loader.Install(source));
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        // By the name that the user knows it by.
        Assert.Contains(source, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents(_loader.Store.Folder));
        Assert.Equal(serving, _loader.Store.Active);
    }

    private void Tamper(TestPackage package, string what)
    {
        switch (what)
        {
            case "a bit of the model": package.Flip("model.onnx"); break;
            case "a truncated model": Truncate(package["model.onnx"], 100); break;
            case "an empty model": Truncate(package["model.onnx"], 0); break;
            case "a bit of the card": package.Flip("README.md"); break;
            case "a bit of a golden frame": package.Flip("golden/03.pgm"); break;
            case "a bit of the golden answers": package.Flip("golden/expected.json"); break;
            case "a bit of the manifest": File.WriteAllText(package["manifest.json"], File.ReadAllText(package["manifest.json"]).Replace("\"tiny\"", "\"tinx\"", StringComparison.Ordinal)); break;
            case "a manifest that is none": File.WriteAllText(package["manifest.json"], "{"); break;
            case "another key": package.Sign(TestPackage.Key(_temp["other.key"])); break;
            case "no signature": File.Delete(package["manifest.sig"]); break;
            case "a signature that is none": File.WriteAllText(package["manifest.sig"], "AAAA\n"); break;
            case "a signature of the bare manifest": SignBare(package); break;
            case "a missing file": File.Delete(package["golden/02.pgm"]); break;
            case "a missing model": File.Delete(package["model.onnx"]); break;
            case "no manifest": File.Delete(package["manifest.json"]); break;
            case "an extra file": File.WriteAllText(package["golden/run.sh"], "#!/bin/sh\n"); break;
            case "an extra folder": Directory.CreateDirectory(package["more"]); break;
            case "a link":
                File.Move(package["README.md"], _temp["elsewhere.md"]);
                File.CreateSymbolicLink(package["README.md"], _temp["elsewhere.md"]);
                break;
            case "a link to a folder":
                Directory.Move(package["golden"], _temp["elsewhere"]);
                Directory.CreateSymbolicLink(package["golden"], _temp["elsewhere"]);
                break;
            case "an oversized file": Truncate(package["README.md"], ModelPackage.MaxFileBytes + 1); break;
            default: throw new ArgumentException(what);
        }
    }

    private static void Spoil(TestPackage package, string what)
    {
        switch (what)
        {
            case "a scheme with other classes": Replace(package, "sanmatteo-7", TinyModel.Bytes(TinyModel.Seven, outputs: 4)); break;
            case "another scheme than the manifest's": Replace(package, "iclus-4", TinyModel.Bytes(TinyModel.Seven)); break;
            case "a model that is none": Replace(package, "sanmatteo-7", Encoding.ASCII.GetBytes("no model")); break;
            case "wrong answers": package.Expect(golden => golden with { Frames = [.. golden.Frames.Zip(golden.Frames.Reverse(), (frame, other) => other with { File = frame.File })] }); break;
            case "answers that are a little off":
                package.Expect(golden =>
                {
                    float[] p = golden.Frames[0].Probabilities;
                    p[0] -= 0.0003f;
                    return golden;
                });
                break;
            case "answers on another scale": package.Expect(golden => golden with { Frames = [.. golden.Frames.Select(frame => frame with { Probabilities = frame.Probabilities[..4] })] }); break;
            case "a grade that is not the highest": package.Expect(golden => golden with { Frames = [.. golden.Frames.Select(frame => frame with { Grade = "1*" })] }); break;
            case "a golden frame that is no picture": File.WriteAllText(package["golden/01.pgm"], "P5\n24 18\n255\n"); break;
            case "no golden frame at all": package.Expect(golden => golden with { Frames = [] }); break;
            case "an id that leads elsewhere": package.Manifest(ModelManifest.Load(package.Path) with { Id = "../../tiny" }); break;
            default: throw new ArgumentException(what);
        }
    }

    private static void Replace(TestPackage package, string scheme, byte[] model)
    {
        File.WriteAllBytes(package["model.onnx"], model);
        package.Manifest(new ModelManifest("tiny", 2, scheme, ModelManifest.HashOf(model)));
    }

    private void SignBare(TestPackage package)
    {
        NSec.Cryptography.Ed25519 ed25519 = NSec.Cryptography.SignatureAlgorithm.Ed25519;
        using var key = NSec.Cryptography.Key.Import(ed25519, File.ReadAllBytes(_key), NSec.Cryptography.KeyBlobFormat.PkixPrivateKeyText);
        File.WriteAllText(package["manifest.sig"], PackageSignature.ToText(ed25519.Sign(key, File.ReadAllBytes(package["manifest.json"]))));
    }

    private string BadArchive(string what)
    {
        TestPackage package = TestPackage.Write(_temp["tiny-2"], _key, version: 2);
        string file = _temp["bad.tar.gz"];
        if (what == "garbage")
        {
            File.WriteAllBytes(file, [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))]);
            return file;
        }

        if (what.StartsWith('a'))
        {
            using var odd = new GZipStream(File.Create(file), CompressionLevel.Fastest);
            odd.Write(OddHeader(what));
            odd.Write(new byte[1024]);
            return file;
        }

        using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        using (var archive = new TarWriter(packed))
        {
            if (what != "nothing")
            {
                foreach (string path in Directory.EnumerateFiles(package.Path, "*", SearchOption.AllDirectories)) archive.WriteEntry(path, Path.GetRelativePath(_temp.Path, path));
            }

            TarEntry? entry = what switch
            {
                "link" => new PaxTarEntry(TarEntryType.SymbolicLink, "tiny-2/extra") { LinkName = "/etc/passwd" },
                "hardlink" => new PaxTarEntry(TarEntryType.HardLink, "tiny-2/extra") { LinkName = "tiny-2/README.md" },
                "pipe" => new PaxTarEntry(TarEntryType.Fifo, "tiny-2/extra"),
                "nothing" => new PaxTarEntry(TarEntryType.RegularFile, "README.md") { DataStream = new MemoryStream([1]) },
                "twice" => new PaxTarEntry(TarEntryType.RegularFile, "tiny-2/README.md") { DataStream = new MemoryStream([1]) },
                "oversized" => new PaxTarEntry(TarEntryType.RegularFile, "tiny-2/huge") { DataStream = new MemoryStream(new byte[ModelPackage.MaxFileBytes + 1]) },
                "truncated" => null,
                _ => new PaxTarEntry(TarEntryType.RegularFile, what) { DataStream = new MemoryStream([1]) },
            };
            if (entry is not null) archive.WriteEntry(entry);
        }

        if (what == "truncated") Truncate(file, new FileInfo(file).Length / 2);
        return file;
    }

    /// <summary>A header with the right checksum that no archiver writes.</summary>
    private static byte[] OddHeader(string what)
    {
        byte[] header = new byte[512];
        Put(0, "tiny-2/README.md");
        Put(100, "0000644\0");
        Put(124, "00000000000\0");
        Put(136, "00000000000\0");
        Put(156, "0");
        Put(257, "ustar  \0");
        switch (what)
        {
            case "a length past all counting": header.AsSpan(124, 12).Fill(0xff); header[124] = 0x80; break;
            case "a length below nothing": header.AsSpan(124, 12).Fill(0xff); break;
            case "a length in words": Put(124, "one hundred "); break;
            case "a time past all counting": header.AsSpan(136, 12).Fill(0x7f); header[136] = 0x80; break;
            case "a folder with a length": Put(156, "5"); Put(124, "00000001000\0"); break;
            default: throw new ArgumentException(what);
        }

        Put(148, "        ");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return header;

        void Put(int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(header, at);
    }

    private static string Pack(string directory)
    {
        string file = $"{directory}.tar.gz";
        using var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(directory, packed, includeBaseDirectory: true);
        return file;
    }

    private string[] Everything() => Contents(_temp.Path);

    private static string[] Contents(string folder) => [.. Directory
        .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != ".lock")
        .Select(path => $"{Path.GetRelativePath(folder, path)} {(File.Exists(path) ? ModelManifest.HashOf(File.ReadAllBytes(path)) : "")}")
        .Order(StringComparer.Ordinal)];

    private static void Truncate(string file, long length)
    {
        using FileStream stream = new(file, FileMode.Open);
        stream.SetLength(length);
    }
}
