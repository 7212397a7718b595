using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using LusEdge.Infer;
using LusEdge.Models;

namespace LusEdge.Tests.Models;

/// <summary>A package as one file: its content is untrusted.</summary>
public sealed class PackageArchiveTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("../escape", "not a plain path")]
    [InlineData("tiny/../../escape", "not a plain path")]
    [InlineData("/tmp/escape", "not a plain path")]
    [InlineData("link", "is a link")]
    [InlineData("hardlink", "is a link")]
    [InlineData("pipe", "neither a file nor a folder")]
    [InlineData("twice", "twice")]
    [InlineData("truncated", "not a complete .tar.gz")]
    [InlineData("garbage", "not a complete .tar.gz")]
    [InlineData("a length too large to count", "not a complete .tar.gz")]
    [InlineData("a negative length", "not a complete .tar.gz")]
    [InlineData("a length in words", "not a complete .tar.gz")]
    [InlineData("a time too large to count", "does not hold a model's package")]
    [InlineData("a folder with a length", "not a complete .tar.gz")]
    [InlineData("nothing", "does not hold a model's package")]
    [InlineData("oversized", "at most")]
    public void An_archive_that_is_not_a_clean_package_is_refused_and_writes_nothing(string what, string message)
    {
        string serving = _store.Serve();
        string archive = BadArchive(what);
        string[] before = Everything();
        _store.Refused(archive, message, serving);
        Assert.Equal(before, Everything());
        Assert.False(Path.Exists("/tmp/escape"));
    }

    [Theory]
    [InlineData("long name", "extended header has 268435456 bytes")]
    [InlineData("long link", "extended header has 268435456 bytes")]
    [InlineData("pax header", "extended header has 268435456 bytes")]
    [InlineData("global pax header", "extended header has 268435456 bytes")]
    [InlineData("pax header that says so", "at most")]
    [InlineData("manifest", "at most")]
    [InlineData("signature", "at most")]
    [InlineData("file", "at most")]
    [InlineData("model", "is not signed")]
    [InlineData("chain of headers", "one entry has more than")]
    [InlineData("list of files", "more than 400 entries")]
    public void An_unsigned_archive_takes_neither_memory_nor_disk_however_large(string what, string message)
    {
        string archive = Bomb(what);
        Assert.True(new FileInfo(archive).Length < 4 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelException e = Assert.ThrowsAny<ModelException>(() => _store.Loader.Install(archive));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.True(allocated < 8 << 20, $"{allocated} bytes were allocated");
        Assert.False(Path.Exists(_store.Loader.Store.Folder));
    }

    [Fact]
    public void A_signed_manifest_limits_how_much_is_unpacked()
    {
        string serving = _store.Serve();
        TestPackage package = TestPackage.Write(_store["tiny-2"], _store.Key, version: 2);
        TestStore.Truncate(package["model.onnx"], 100 << 20);
        _store.Refused(Tar("pax"), "bytes that its signed manifest allows", serving);
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("oldgnu")]
    [InlineData("pax")]
    [InlineData("ustar")]
    [InlineData("v7")]
    public void An_archive_in_any_format_of_tar_is_installed(string format)
    {
        string folder = new('a', 60), longest = $"{folder}/{folder}.txt";
        TestPackage.Write(_store["tiny-2"], _store.Key, version: 2, change: package =>
        {
            if (format == "v7") return;
            Directory.CreateDirectory(package[folder]);
            File.WriteAllText(package[longest], "a name of more than 100 characters");
        });

        string name = _store.Loader.Install(Tar(format)).Name;

        Assert.Equal(TestStore.Contents(_store["tiny-2"]), TestStore.Contents(_store.Loader.Store.PathOf(name)));
    }

    [Fact]
    public void A_damaged_archive_is_refused_in_words_wherever_it_is_damaged()
    {
        const int Trials = 600;
        TestPackage package = TestPackage.Write(_store["tiny-2"], _store.Key, version: 2);
        string[] whole = TestStore.Contents(package.Path);
        byte[] plain = Gunzip(Tar("pax")), headers = Gunzip(Tar("gnu"));
        var chance = new Random(12);
        int refused = 0;
        for (int i = 0; i < Trials; i++)
        {
            byte[] damaged = [.. i % 2 == 0 ? plain : headers];
            // The first kilobytes are headers for the most part; a checksum that fits lets the damage through.
            int at = i % 3 == 0 ? chance.Next(damaged.Length) : chance.Next(4096);
            damaged[at] = (byte)chance.Next(256);
            FitChecksum(damaged.AsSpan(at / 512 * 512, 512));
            string file = _store["damaged.tar.gz"], folder = _store[$"unpacked-{i}"];
            using (var packed = new GZipStream(File.Create(file), CompressionLevel.NoCompression)) packed.Write(damaged);
            try
            {
                using var archive = new PackageArchive(file);
                (ModelPackage signed, string root) = archive.ReadSigned(_store.Loader.Keys);
                archive.Unpack(signed, root, Directory.CreateDirectory(folder).FullName);
                ModelPackage.Verify(folder, _store.Loader.Keys);
                Assert.Equal(whole, TestStore.Contents(folder));
            }
            catch (ModelException e)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                refused++;
            }

            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }

        Assert.InRange(refused, Trials / 10, Trials);
    }

    private string BadArchive(string what)
    {
        TestPackage package = TestPackage.Write(_store["tiny-2"], _store.Key, version: 2);
        string file = _store["bad.tar.gz"];
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
                foreach (string path in Directory.EnumerateFiles(package.Path, "*", SearchOption.AllDirectories))
                {
                    archive.WriteEntry(path, Path.GetRelativePath(_store.Path, path));
                }
            }

            TarEntry? entry = what switch
            {
                "link" => new PaxTarEntry(TarEntryType.SymbolicLink, "tiny-2/extra") { LinkName = "/etc/passwd" },
                "hardlink" => new PaxTarEntry(TarEntryType.HardLink, "tiny-2/extra") { LinkName = "tiny-2/README.md" },
                "pipe" => new PaxTarEntry(TarEntryType.Fifo, "tiny-2/extra"),
                "nothing" => Entry("README.md"),
                "twice" => Entry("tiny-2/README.md"),
                "oversized" => Entry("tiny-2/huge", ModelPackage.MaxFileBytes + 1),
                "truncated" => null,
                _ => Entry(what),
            };
            if (entry is not null) archive.WriteEntry(entry);
        }

        if (what == "truncated") TestStore.Truncate(file, new FileInfo(file).Length / 2);
        return file;

        static PaxTarEntry Entry(string name, long length = 1) =>
            new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[length]) };
    }

    /// <summary>A header that no archiver writes, with a correct checksum.</summary>
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
            case "a length too large to count": header.AsSpan(124, 12).Fill(0xff); header[124] = 0x80; break;
            case "a negative length": header.AsSpan(124, 12).Fill(0xff); break;
            case "a length in words": Put(124, "one hundred "); break;
            case "a time too large to count": header.AsSpan(136, 12).Fill(0x7f); header[136] = 0x80; break;
            case "a folder with a length": Put(156, "5"); Put(124, "00000001000\0"); break;
            default: throw new ArgumentException(what);
        }

        Put(148, "        ");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        return header;

        void Put(int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(header, at);
    }

    /// <summary>An archive of a quarter of a gigabyte in which one thing is too large.</summary>
    private string Bomb(string what)
    {
        const int Large = 256 << 20;
        string file = _store["bomb.tar.gz"];
        using var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        switch (what)
        {
            case "long name": Write('L', "././@LongLink", Large); break;
            case "long link": Write('K', "././@LongLink", Large); break;
            case "pax header": Write('x', "pax", Large); break;
            case "global pax header": Write('g', "pax", Large); break;
            case "pax header that says so":
                Write('x', "pax", 0, "18 size=268435456\n");
                Write('0', "tiny/manifest.json", Large);
                break;
            case "manifest": Write('0', "tiny/manifest.json", Large); break;
            case "signature": Write('0', "tiny/manifest.sig", 2048); break;
            case "file": Write('0', "tiny/README.md", Large); break;
            case "model":
                Write('0', "tiny/manifest.json", 0, "{}");
                Write('0', "tiny/model.onnx", Large);
                break;
            case "chain of headers":
                for (int i = 0; i < 10_000; i++) Write('L', "././@LongLink", 0, "name");
                break;
            case "list of files":
                for (int i = 0; i < 10_000; i++) Write('0', $"tiny/{i}", 0);
                break;
            default: throw new ArgumentException(what);
        }

        packed.Write(new byte[1024]);
        return file;

        void Write(char type, string name, int zeros, string content = "")
        {
            byte[] header = new byte[512];
            Encoding.ASCII.GetBytes(name).CopyTo(header, 0);
            Encoding.ASCII.GetBytes(Convert.ToString(zeros + content.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
            header[156] = (byte)type;
            Encoding.ASCII.GetBytes("ustar  ").CopyTo(header, 257);
            FitChecksum(header);
            packed.Write(header);
            packed.Write(Encoding.ASCII.GetBytes(content.PadRight((content.Length + 511) / 512 * 512, '\0')));
            byte[] block = new byte[1 << 16];
            for (int left = (zeros + 511) / 512 * 512; left > 0; left -= block.Length)
                packed.Write(block, 0, Math.Min(left, block.Length));
        }
    }

    private static void FitChecksum(Span<byte> header)
    {
        header[148..156].Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }

    /// <summary>Packs tiny-2 with the command.</summary>
    private string Tar(string format)
    {
        string file = _store[$"{format}.tar.gz"];
        using Process tar = Process.Start("tar", [$"--format={format}", "-C", _store.Path, "-czf", file, "tiny-2"]);
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
        return file;
    }

    private static byte[] Gunzip(string file)
    {
        using var plain = new MemoryStream();
        using (var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress)) packed.CopyTo(plain);
        return plain.ToArray();
    }

    private string[] Everything() => TestStore.Contents(_store.Path);
}
