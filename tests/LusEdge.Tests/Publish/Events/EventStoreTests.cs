using System.Text;
using LusEdge.Health;
using LusEdge.Publish.Events;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.Tests.Publish.Events;

public sealed class EventStoreTests : IDisposable
{
    private const long SmallestCap = 65_536;
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("{\"v\":1,\"grade\":\"2\",\"padding\":\"" + new string('x', 500) + "\"}");
    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-store-").FullName;
    private readonly FakeLogger _log = new();
    private readonly HealthBoard _board = new();
    private readonly Guid _boot = Guid.CreateVersion7();
    private readonly List<EventStore> _stores = [];

    private string FilePath => Path.Combine(_folder, "below", "events.db");

    public void Dispose()
    {
        foreach (EventStore store in _stores) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Events_come_back_in_order_until_they_are_acknowledged()
    {
        EventStore store = await OpenAsync();
        Append(store, 5);
        IReadOnlyList<StoredEvent> all = await store.ReadAsync(0, long.MaxValue, 10);
        Assert.Equal([1, 2, 3, 4, 5], all.Select(stored => stored.Id));
        Assert.All(all, stored => Assert.Equal(Payload, stored.Payload));

        store.Acknowledged([1, 2, 4]);
        Assert.Equal([3, 5], await IdsAsync(store));
        Assert.Equal([5], (await store.ReadAsync(3, long.MaxValue, 10)).Select(stored => stored.Id));
        Assert.Equal([3], (await store.ReadAsync(0, 4, 10)).Select(stored => stored.Id));
        Assert.Equal((2, 5), (store.Depth, store.LastId));
    }

    [Fact]
    public async Task Acknowledged_events_return_when_the_connection_is_lost_before_a_ping_is_answered()
    {
        EventStore store = await OpenAsync();
        Append(store, 5);
        store.Acknowledged([1, 2]);
        store.PingSent();
        // Acknowledged while the ping was under way: its answer says nothing about this one. Twice is once.
        store.Acknowledged([3]);
        store.Acknowledged([3]);
        Assert.Equal([4, 5], await IdsAsync(store));
        Assert.Equal([4], (await store.OldestByTopicAsync()).Select(stored => stored.Id));
        Assert.Equal(2, store.Depth);
        store.PingAnswered();
        store.ConnectionLost();
        Assert.Equal([3, 4, 5], await IdsAsync(store));
        Assert.Equal(3, store.Depth);
        store.PingSent();
        store.PingAnswered();
        await SettleAsync(store);
        Assert.Equal(3, store.Depth);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(36)]
    public async Task Acknowledged_events_are_deleted_first_and_do_not_count_as_discarded(int acknowledged)
    {
        EventStore store = await OpenAsync(SmallestCap);
        Append(store, 40);
        store.Acknowledged([.. Enumerable.Range(1, acknowledged).Select(id => (long)id)]);
        int more = 0;
        for (; store.Discarded == 0 && more < 1000; more++)
        {
            Append(store, 1);
            await SettleAsync(store);
        }

        // Room is made for 32 at once: what the acknowledged ones do not give, others do.
        Assert.Equal(acknowledged < 32 ? 32 - acknowledged : 32, store.Discarded);
        Assert.Equal(40 - acknowledged + more - store.Discarded, store.Depth);
        store.ConnectionLost();
        await SettleAsync(store);
        Assert.Equal(40 - acknowledged + more - store.Discarded, store.Depth);
    }

    [Fact]
    public async Task A_late_event_is_the_same_object_with_one_more_field()
    {
        EventStore store = await OpenAsync();
        Append(store, 1);
        string late = Encoding.UTF8.GetString((await store.ReadAsync(0, 1, 1))[0].LatePayload());
        Assert.Equal(Encoding.UTF8.GetString(Payload)[..^1] + ",\"late\":true}", late);
    }

    [Fact]
    public async Task Committed_events_survive_a_power_cut()
    {
        EventStore store = await OpenAsync();
        Append(store, 20);
        store.Acknowledged([1]);
        store.PingSent();
        store.PingAnswered();
        await SettleAsync(store);

        // The files as they lie on the disk, without a clean end.
        string cut = Path.Combine(_folder, "cut");
        Directory.CreateDirectory(cut);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!)) File.Copy(file, Path.Combine(cut, Path.GetFileName(file)));
        EventStore after = await OpenAsync(file: Path.Combine(cut, "events.db"));
        Assert.Equal(Enumerable.Range(2, 19).Select(id => (long)id), await IdsAsync(after));
        Assert.Equal(19, after.Depth);
    }

    [Fact]
    public async Task An_id_is_never_used_twice()
    {
        EventStore store = await OpenAsync();
        Append(store, 2);
        store.Acknowledged([1, 2]);
        store.PingSent();
        store.PingAnswered();
        await store.CloseAsync(TimeSpan.FromSeconds(10));

        EventStore again = await OpenAsync();
        Assert.Equal((0, 2), (again.Depth, again.LastId));
        Append(again, 1);
        await SettleAsync(again);
        Assert.Equal(3, again.LastId);
    }

    [Fact]
    public async Task A_full_store_discards_the_oldest_events_counts_them_and_says_so_until_it_is_empty()
    {
        EventStore store = await OpenAsync(SmallestCap);
        const int Events = 500;
        Append(store, Events);
        long[] kept = [.. await IdsAsync(store)];

        Assert.True(store.Discarded > 0);
        Assert.Equal(Events, store.Discarded + store.Depth);
        Assert.Equal(Enumerable.Range(Events - kept.Length + 1, kept.Length).Select(id => (long)id), kept);
        Assert.InRange(new FileInfo(FilePath).Length, 1, SmallestCap);
        Assert.InRange(new FileInfo(FilePath + "-wal").Length, 0, 8 * SmallestCap);
        Assert.Equal(0, store.NotStored);
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5013);
        Assert.Equal(["event_store_full"], Codes());

        store.Acknowledged(kept);
        await SettleAsync(store);
        Assert.Empty(Codes());
    }

    [Fact]
    public async Task Refused_events_are_discarded_before_others()
    {
        EventStore store = await OpenAsync(SmallestCap);
        Append(store, 40);
        foreach (long id in Enumerable.Range(21, 20)) store.SetAside(id, 0x87);
        await SettleAsync(store);
        Assert.Equal(["events_refused"], Codes());
        while (store.Discarded == 0)
        {
            Append(store, 1);
            await SettleAsync(store);
        }

        Assert.Equal(0, store.Refused);
        Assert.Equal(13, (await store.ReadAsync(0, long.MaxValue, 1))[0].Id);
    }

    [Fact]
    public async Task An_event_that_finds_no_room_is_counted_and_the_next_one_is_kept()
    {
        EventStore store = await OpenAsync(SmallestCap);
        store.Append(new NewEvent("t", new byte[2 * SmallestCap], _boot, 0, default));
        Append(store, 1);
        Assert.Equal([1], await IdsAsync(store));
        Assert.Equal((1, 1), (store.NotStored, store.Depth));
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5016);
    }

    [Fact]
    public async Task A_refused_event_is_passed_over_until_it_is_to_be_tried_again()
    {
        EventStore store = await OpenAsync();
        Append(store, 2);
        store.SetAside(1, 0x87);
        Assert.Equal([2], await IdsAsync(store));
        Assert.Equal([2], (await store.OldestByTopicAsync()).Select(stored => stored.Id));
        Assert.Equal((2, 1), (store.Depth, store.Refused));
        Assert.Equal(["events_refused"], Codes());

        store.RetryRefused();
        Assert.Equal([1, 2], await IdsAsync(store));
        Assert.Equal(0, store.Refused);
        Assert.Empty(Codes());
    }

    [Fact]
    public async Task Topics_can_be_left_out_and_be_asked_for_their_oldest()
    {
        EventStore store = await OpenAsync();
        foreach (string topic in (string[])["a", "b", "a", "b", "c"]) store.Append(new NewEvent(topic, Payload, _boot, 0, default));
        Assert.Equal([2, 4], (await store.ReadAsync(0, long.MaxValue, 10, ["a", "c"])).Select(stored => stored.Id));
        Assert.Equal([(1, "a"), (2, "b"), (5, "c")], (await store.OldestByTopicAsync()).Select(stored => ((int)stored.Id, stored.Topic)));
    }

    [Fact]
    public async Task A_damaged_file_is_set_aside_and_a_new_one_begun()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllBytes(FilePath, [.. Enumerable.Repeat((byte)'x', 10_000)]);
        EventStore store = await OpenAsync();
        Append(store, 1);
        Assert.Equal([1], await IdsAsync(store));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(FilePath)!, "events.db.damaged-*"));
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5014);
    }

    [Fact]
    public async Task A_file_that_can_not_be_made_is_one_clear_sentence()
    {
        var e = await Assert.ThrowsAsync<EventStoreException>(() => OpenAsync(file: "/proc/lusedge/events.db"));
        Assert.StartsWith("Mqtt:EventsDatabase: /proc/lusedge/events.db can't be opened", e.Message);
    }

    [Fact]
    public async Task Whoever_appends_does_not_wait_while_another_process_holds_the_file_and_nothing_is_lost()
    {
        EventStore store = await OpenAsync();
        Append(store, 1);
        await SettleAsync(store);
        using (SqliteConnection holder = Hold())
        {
            Append(store, 20);
            await EventuallyAsync(() => Codes().Contains("event_store_failed"));
            Assert.Equal((20, 21), (store.Waiting, store.Depth));
            Assert.Contains("locked", Assert.Single(_board.Read().Reasons).Detail, StringComparison.Ordinal);
        }

        await EventuallyAsync(() => store.Waiting == 0);
        await EventuallyAsync(() => !Codes().Any());
        Assert.Equal(Enumerable.Range(1, 21).Select(id => (long)id), await IdsAsync(store));
        Assert.Equal(0, store.NotStored);
    }

    [Fact]
    public async Task A_store_that_another_process_holds_at_the_start_is_waited_for()
    {
        await (await OpenAsync()).CloseAsync(TimeSpan.FromSeconds(10));
        EventStore store;
        using (SqliteConnection holder = Hold())
        {
            store = await OpenAsync();
            Append(store, 3);
            Assert.Empty(await store.ReadAsync(0, long.MaxValue, 10));
            Assert.Contains("event_store_failed", Codes());
        }

        await EventuallyAsync(() => store.Waiting == 0);
        Assert.Equal([1, 2, 3], await IdsAsync(store));
    }

    [Fact]
    public async Task Closing_commits_what_waits_and_gives_up_on_a_file_that_stays_locked()
    {
        EventStore store = await OpenAsync();
        Append(store, 100);
        await store.CloseAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, store.Waiting);

        EventStore again = await OpenAsync();
        using SqliteConnection holder = Hold();
        Append(again, 2);
        await again.CloseAsync(TimeSpan.FromSeconds(0.3));
        Assert.Equal(2, again.Waiting);
        Assert.Contains("are lost: 2", Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5012).Message, StringComparison.Ordinal);
    }

    private async Task<EventStore> OpenAsync(long maxBytes = SmallestCap * 16, string? file = null)
    {
        EventStore store = await EventStore.OpenAsync(file ?? FilePath, maxBytes, _board, TimeProvider.System, _log);
        _stores.Add(store);
        return store;
    }

    /// <summary>A backup or a shell that has the file to itself until it is disposed.</summary>
    private SqliteConnection Hold()
    {
        var holder = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        holder.Open();
        using SqliteCommand command = holder.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return holder;
    }

    private void Append(EventStore store, int count)
    {
        for (int i = 0; i < count; i++) store.Append(new NewEvent("lus/v1/site/dev/event/clip", Payload, _boot, i, TimeProvider.System.GetUtcNow()));
    }

    private IEnumerable<string> Codes() => _board.Read().Reasons.Select(reason => reason.Code);

    private static async Task<IEnumerable<long>> IdsAsync(EventStore store) => (await store.ReadAsync(0, long.MaxValue, 1000)).Select(stored => stored.Id);

    /// <summary>The store does things in order: once it answers, what was asked before has been done.</summary>
    private static Task<IReadOnlyList<StoredEvent>> SettleAsync(EventStore store) => store.ReadAsync(0, 0, 1);

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(20, late.Token);
    }
}
