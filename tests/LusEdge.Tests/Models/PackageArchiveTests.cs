using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
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
    [InlineData("a time too large to count", "not a complete .tar.gz")]
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

    private string[] Everything() => TestStore.Contents(_store.Path);
}
