using LusEdge.Models;

namespace LusEdge.Tests.Models;

/// <summary>Whose signature counts, and what is no key.</summary>
public sealed class TrustedKeysTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("a private key")]
    public void A_trusted_key_that_is_none_is_told_by_its_file(string what)
    {
        string file = _store["bad.pub"];
        if (what == "garbage") File.WriteAllText(file, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        if (what == "a private key") File.Copy(_store.Key, file);
        PackageException e = Assert.Throws<PackageException>(() => TrustedKeys.Load(new ModelOptions { TrustedKeys = [file] }));
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        Assert.Contains(file, e.Message);
    }

    [Fact]
    public void A_folder_of_keys_that_cannot_be_looked_into_is_not_taken_for_an_empty_one()
    {
        Assert.Empty(TrustedKeys.FilesIn(_store["none"]));
        File.CreateSymbolicLink(_store["loop"], "loop");
        PackageException e = Assert.Throws<PackageException>(() => TrustedKeys.FilesIn(_store["loop"]));
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        Assert.Contains(_store["loop"], e.Message, StringComparison.Ordinal);
    }
}
