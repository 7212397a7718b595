using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Models;

/// <summary>A store of models that does not exist yet, with a key that it trusts, in a folder of its own.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public TestStore()
    {
        Key = TestPackage.Key(this["site.key"]);
        Loader = new ModelLoader(TestPackage.Options(this["store"], Key), NullLogger<SeverityModel>.Instance);
    }

    /// <summary>The private half's file; the public one is site.pub.</summary>
    public string Key { get; }

    public ModelLoader Loader { get; }

    public string Path => _temp.Path;

    /// <summary>A place in the folder; the store is at <c>store</c>.</summary>
    public string this[string name] => _temp[name];

    public void Dispose() => _temp.Dispose();

    /// <summary>A model that is installed and active.</summary>
    public string Serve()
    {
        Loader.Install(TestPackage.Write(this["serving"], Key).Path);
        return Loader.Activate("tiny")!;
    }

    /// <summary>Tries to install what is refused with a sentence, and makes sure that the store is as it was.</summary>
    public void Refused(string source, string told, string serving)
    {
        string[] before = Contents(Loader.Store.Folder);
        ModelException e = Assert.ThrowsAny<ModelException>(() => Loader.Install(source));
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        // By the name that the user knows it by.
        Assert.Contains(source, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents(Loader.Store.Folder));
        Assert.Equal(serving, Loader.Store.Active);
    }

    /// <summary>Every file and folder below a folder, with its hash.</summary>
    public static string[] Contents(string folder) => [.. Directory
        .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Where(path => System.IO.Path.GetFileName(path) != ".lock")
        .Select(path => $"{System.IO.Path.GetRelativePath(folder, path)} {(File.Exists(path) ? ModelManifest.HashOf(File.ReadAllBytes(path)) : "")}")
        .Order(StringComparer.Ordinal)];

    /// <summary>Cuts a file off.</summary>
    public static void Truncate(string file, long length)
    {
        using FileStream stream = new(file, FileMode.Open);
        stream.SetLength(length);
    }
}
