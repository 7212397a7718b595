namespace LusEdge.Tests;

/// <summary>A temporary directory for one test, deleted when the test ends.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("lusedge-test-");

    /// <summary>Its path.</summary>
    public string Path => _directory.FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
