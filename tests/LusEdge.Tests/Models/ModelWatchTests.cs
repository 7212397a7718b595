using System.Diagnostics;
using LusEdge.Health;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Models;

/// <summary>How the watch reacts to changes in the store.</summary>
public sealed class ModelWatchTests : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly TestStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HealthBoard _board = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task An_unreadable_store_changes_nothing_and_is_read_again()
    {
        string one = Install(1), two = Install(2);
        _store.Loader.Activate(one);
        using var inbox = new PipelineInbox();
        ModelWatch watch = Watch(inbox, _store.Loader.Store.ActiveSince, one);

        // A link loop is unreadable even for root.
        Directory.Move(_store["store"], _store["away"]);
        File.CreateSymbolicLink(_store["store"], "store");
        Assert.Equal(
            PackageFailure.StoreUnavailable, Assert.Throws<PackageException>(() => _store.Loader.Store.ActiveSince).Failure);
        _time.Advance(Poll);
        Assert.False(inbox.TryTake(out _));

        File.Delete(_store["store"]);
        Directory.Move(_store["away"], _store["store"]);
        _store.Loader.Activate(two);
        using SeverityModel taken = await TakeAsync(inbox);
        Assert.StartsWith("tiny@2:", taken.InUse.Reference, StringComparison.Ordinal);
        Assert.Empty(_board.Read().Reasons);
        await watch.StopAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_model_activated_during_startup_takes_over_afterwards()
    {
        string one = Install(1), two = Install(2);
        _store.Loader.Activate(one);
        (string? Name, DateTime At) seen = _store.Loader.Store.ActiveSince;
        _store.Loader.Activate(two);

        using var inbox = new PipelineInbox();
        ModelWatch watch = Watch(inbox, seen, one);
        using SeverityModel taken = await TakeAsync(inbox);
        Assert.StartsWith("tiny@2:", taken.InUse.Reference, StringComparison.Ordinal);
        Assert.Empty(_board.Read().Reasons);
        await watch.StopAsync(TimeSpan.FromSeconds(10));
    }

    private string Install(int version) =>
        _store.Loader.Install(TestPackage.Write(_store[$"package-{version}"], _store.Key, version: version).Path).Name;

    private ModelWatch Watch(PipelineInbox inbox, (string? Name, DateTime At) seen, string serving) =>
        new(_store.Loader, seen, serving, inbox, _board, _time, NullLogger<SeverityModel>.Instance);

    private async Task<SeverityModel> TakeAsync(PipelineInbox inbox)
    {
        _time.Advance(Poll);
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMinutes(1);)
        {
            if (inbox.TryTake(out PipelineCommand? command)) return Assert.IsType<PipelineCommand.SwapModel>(command).Model;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Fail("no model was taken over within a minute");
        throw new UnreachableException();
    }
}
