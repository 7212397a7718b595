using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Infer;

/// <summary>What the watch makes of the store's state.</summary>
public sealed class ModelWatchTests : IDisposable
{
    private static readonly TimeSpan ALook = TimeSpan.FromSeconds(1);

    private readonly TemporaryDirectory _temp = new();
    private readonly FakeTimeProvider _time = new();
    private readonly string _key;
    private readonly ModelLoader _loader;

    public ModelWatchTests()
    {
        _key = TestPackage.Key(_temp["site.key"]);
        _loader = new ModelLoader(TestPackage.Options(_temp["store"], _key), NullLogger<SeverityModel>.Instance);
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_store_that_cannot_be_looked_into_says_nothing_and_is_looked_at_again()
    {
        string one = Install(1), two = Install(2);
        _loader.Activate(one);
        await using ModelWatch watch = Watch(_loader.Store.ActiveSince, one);

        // Whoever may read everything is stopped by a loop all the same.
        Directory.Move(_temp["store"], _temp["away"]);
        File.CreateSymbolicLink(_temp["store"], "store");
        Assert.Equal(ModelFailure.StoreUnavailable, Assert.Throws<ModelException>(() => _loader.Store.ActiveSince).Reason);
        _time.Advance(ALook);
        Assert.Null(watch.Take());

        File.Delete(_temp["store"]);
        Directory.Move(_temp["away"], _temp["store"]);
        _loader.Activate(two);
        using SeverityModel taken = await TakeAsync(watch);
        Assert.StartsWith("tiny@2:", taken.InUse.Reference, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_activated_while_the_service_starts_is_taken_over_once_it_has()
    {
        string one = Install(1), two = Install(2);
        _loader.Activate(one);
        (string? Name, DateTime At) seen = _loader.Store.ActiveSince;
        _loader.Activate(two);

        await using ModelWatch watch = Watch(seen, one);
        using SeverityModel taken = await TakeAsync(watch);
        Assert.StartsWith("tiny@2:", taken.InUse.Reference, StringComparison.Ordinal);
    }

    private string Install(int version) => _loader.Install(TestPackage.Write(_temp[$"package-{version}"], _key, version: version).Path).Name;

    private ModelWatch Watch((string? Name, DateTime At) seen, string serving) =>
        new(_loader, seen, serving, refusal => Assert.Null(refusal), _time, NullLogger<SeverityModel>.Instance);

    private async Task<SeverityModel> TakeAsync(ModelWatch watch)
    {
        _time.Advance(ALook);
        while (true)
        {
            if (watch.Take() is { } model) return model;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
