using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Models;

/// <summary>A model store that does not exist yet, with a key that it trusts, in a temporary folder.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public TestStore()
    {
        Key = TestPackage.Key(this["site.key"]);
        Loader = new ModelLoader(TestPackage.Options(this["store"], Key), NullLogger<SeverityModel>.Instance);
    }

    /// <summary>The private key's file; the public key is site.pub.</summary>
    public string Key { get; }

    public ModelLoader Loader { get; }

    public string Path => _temp.Path;

    /// <summary>A path in the folder; the store is at <c>store</c>.</summary>
    public string this[string name] => _temp[name];

    public void Dispose() => _temp.Dispose();

    /// <summary>Installs and activates a model.</summary>
    public string Serve()
    {
        Loader.Install(TestPackage.Write(this["serving"], Key).Path);
        return Loader.Activate("tiny")!;
    }

    /// <summary>Asserts that installing a source is refused with a message, and that the store is unchanged.</summary>
    public void Refused(string source, string message, string serving)
    {
        string[] before = Contents(Loader.Store.Folder);
        ModelException e = Assert.ThrowsAny<ModelException>(() => Loader.Install(source));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        // The message uses the path that the user gave.
        Assert.Contains(source, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents(Loader.Store.Folder));
        Assert.Equal(serving, Loader.Store.Active);
    }

    /// <summary>Every file and folder below a folder, with its hash.</summary>
    public static string[] Contents(string folder) => [.. Directory
        .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Where(path => System.IO.Path.GetFileName(path) != ".lock")
        .Select(path => (path, hash: File.Exists(path) ? ModelManifest.HashOf(File.ReadAllBytes(path)) : ""))
        .Select(entry => $"{System.IO.Path.GetRelativePath(folder, entry.path)} {entry.hash}")
        .Order(StringComparer.Ordinal)];

    /// <summary>Truncates a file.</summary>
    public static void Truncate(string file, long length)
    {
        using FileStream stream = new(file, FileMode.Open);
        stream.SetLength(length);
    }
}
