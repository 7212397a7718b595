using LusEdge.Models;

namespace LusEdge.Tests.Models;

/// <summary>Reading the trusted keys.</summary>
public sealed class TrustedKeysTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("a private key")]
    public void An_invalid_trusted_key_is_reported_with_its_file(string what)
    {
        string file = _store["bad.pub"];
        if (what == "garbage") File.WriteAllText(file, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        if (what == "a private key") File.Copy(_store.Key, file);
        PackageException e = Assert.Throws<PackageException>(() => TrustedKeys.Load(new ModelOptions { TrustedKeys = [file] }));
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        Assert.Contains(file, e.Message);
    }

    [Fact]
    public void An_unreadable_key_folder_is_an_error_not_an_empty_one()
    {
        Assert.Empty(TrustedKeys.FilesIn(_store["none"]));
        File.CreateSymbolicLink(_store["loop"], "loop");
        PackageException e = Assert.Throws<PackageException>(() => TrustedKeys.FilesIn(_store["loop"]));
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        Assert.Contains(_store["loop"], e.Message, StringComparison.Ordinal);
    }
}
