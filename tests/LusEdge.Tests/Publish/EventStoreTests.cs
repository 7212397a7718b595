using System.Text;
using LusEdge.Publish;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.Tests.Publish;

public sealed class EventStoreTests : IDisposable
{
    private const long SmallestCap = 65_536;
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("{\"v\":1,\"grade\":\"2\",\"padding\":\"" + new string('x', 500) + "\"}");
    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-store-").FullName;
    private readonly FakeLogger _log = new();
    private readonly Guid _boot = Guid.CreateVersion7();

    private string FilePath => Path.Combine(_folder, "below", "events.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Events_come_back_in_order_until_they_are_acknowledged()
    {
        using EventStore store = Open();
        for (int i = 0; i < 5; i++) Assert.True(Append(store, i));
        IReadOnlyList<StoredEvent> all = store.Read(0, long.MaxValue, 10);
        Assert.Equal([1, 2, 3, 4, 5], all.Select(stored => stored.Id));
        Assert.All(all, stored => Assert.Equal(Payload, stored.Payload));

        store.Acknowledged([1, 2, 4]);
        Assert.Equal([3, 5], store.Read(0, long.MaxValue, 10).Select(stored => stored.Id));
        Assert.Equal([5], store.Read(3, long.MaxValue, 10).Select(stored => stored.Id));
        Assert.Equal([3], store.Read(0, 4, 10).Select(stored => stored.Id));
        Assert.Equal((2, 5), (store.Depth, store.LastId));
    }

    [Fact]
    public void What_was_acknowledged_comes_back_with_a_lost_connection_unless_a_later_ping_was_answered()
    {
        using EventStore store = Open();
        for (int i = 0; i < 5; i++) Append(store, i);
        store.Acknowledged([1, 2]);
        store.Asked();
        // Acknowledged while the ping was under way: its answer says nothing of this one. Twice is once.
        store.Acknowledged([3]);
        store.Acknowledged([3]);
        Assert.Equal([4, 5], store.Read(0, long.MaxValue, 10).Select(stored => stored.Id));
        Assert.Equal([4], store.OldestByTopic().Select(stored => stored.Id));
        Assert.Equal(2, store.Depth);
        store.Answered();
        Assert.Equal(2, store.Depth);

        store.ConnectionLost();
        Assert.Equal([3, 4, 5], store.Read(0, long.MaxValue, 10).Select(stored => stored.Id));
        Assert.Equal(3, store.Depth);
        store.Asked();
        store.Answered();
        Assert.Equal(3, store.Depth);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(36)]
    public void Acknowledged_events_give_way_before_all_others_and_are_not_counted_as_given_up(int acknowledged)
    {
        using EventStore store = Open(SmallestCap);
        for (int i = 0; i < 40; i++) Append(store, i);
        store.Acknowledged([.. Enumerable.Range(1, acknowledged).Select(id => (long)id)]);
        int more = 0;
        for (; store.Discarded == 0 && more < 1000; more++) Assert.True(Append(store, more));

        // Room is made for 32 at once: what the acknowledged ones do not give, others do.
        Assert.Equal(acknowledged < 32 ? 32 - acknowledged : 32, store.Discarded);
        Assert.Equal(40 - acknowledged + more - store.Discarded, store.Depth);
        store.ConnectionLost();
        Assert.Equal(40 - acknowledged + more - store.Discarded, store.Depth);
    }

    [Fact]
    public void A_late_event_is_the_same_object_with_one_more_field()
    {
        using EventStore store = Open();
        Append(store, 0);
        string late = Encoding.UTF8.GetString(store.Read(0, 1, 1)[0].LatePayload());
        Assert.Equal(Encoding.UTF8.GetString(Payload)[..^1] + ",\"late\":true}", late);
    }

    [Fact]
    public void Committed_events_are_there_after_a_power_cut()
    {
        using EventStore store = Open();
        for (int i = 0; i < 20; i++) Append(store, i);
        store.Acknowledged([1]);
        store.Asked();
        store.Answered();

        // The files as they lie on the disk, without a clean end.
        string cut = Path.Combine(_folder, "cut");
        Directory.CreateDirectory(cut);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(FilePath)!)) File.Copy(file, Path.Combine(cut, Path.GetFileName(file)));
        using EventStore after = EventStore.Open(Path.Combine(cut, "events.db"), SmallestCap * 16, TimeProvider.System, _log);
        Assert.Equal(Enumerable.Range(2, 19).Select(id => (long)id), after.Read(0, long.MaxValue, 100).Select(stored => stored.Id));
        Assert.Equal(19, after.Depth);
    }

    [Fact]
    public void An_id_is_never_used_twice_so_that_new_events_are_told_from_old_ones()
    {
        using (EventStore store = Open())
        {
            Append(store, 0);
            Append(store, 1);
            store.Acknowledged([1, 2]);
            store.Asked();
            store.Answered();
        }

        using EventStore again = Open();
        Assert.Equal((0, 2), (again.Depth, again.LastId));
        Append(again, 2);
        Assert.Equal(3, again.LastId);
    }

    [Fact]
    public void A_full_store_gives_up_the_oldest_events_and_counts_them()
    {
        using EventStore store = Open(SmallestCap);
        const int Events = 500;
        for (int i = 0; i < Events; i++) Assert.True(Append(store, i));

        Assert.True(store.Discarded > 0);
        Assert.Equal(Events, store.Discarded + store.Depth);
        long[] kept = [.. store.Read(0, long.MaxValue, Events).Select(stored => stored.Id)];
        Assert.Equal(Enumerable.Range(Events - kept.Length + 1, kept.Length).Select(id => (long)id), kept);
        Assert.InRange(new FileInfo(FilePath).Length, 1, SmallestCap);
        Assert.InRange(new FileInfo(FilePath + "-wal").Length, 0, 8 * SmallestCap);
        Assert.Null(store.Trouble);
        Assert.Equal(0, store.NotStored);
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5013);
    }

    [Fact]
    public void Refused_events_give_way_before_others()
    {
        using EventStore store = Open(SmallestCap);
        for (int i = 0; i < 40; i++) Append(store, i);
        foreach (long id in Enumerable.Range(21, 20)) store.SetAside(id, 0x87);
        while (store.Discarded == 0) Append(store, 0);
        Assert.Equal(0, store.Refused);
        Assert.Equal(13, store.Read(0, long.MaxValue, 1)[0].Id);
    }

    [Fact]
    public void An_event_that_finds_no_room_is_counted_and_the_next_one_is_kept()
    {
        using EventStore store = Open(SmallestCap);
        Assert.False(store.TryAppend("t", new byte[2 * SmallestCap], _boot, 0, TimeProvider.System.GetUtcNow()));
        Assert.Equal((1, 0), (store.NotStored, store.Depth));
        Assert.Contains("full", store.Trouble);
        Assert.True(Append(store, 1));
        Assert.Null(store.Trouble);
    }

    [Fact]
    public void A_refused_event_is_passed_over_until_the_next_start()
    {
        using (EventStore store = Open())
        {
            Append(store, 0);
            Append(store, 1);
            store.SetAside(1, 0x87);
            Assert.Equal([2], store.Read(0, long.MaxValue, 10).Select(stored => stored.Id));
            Assert.Equal([2], store.OldestByTopic().Select(stored => stored.Id));
            Assert.Equal((2, 1), (store.Depth, store.Refused));
        }

        using EventStore again = Open();
        Assert.Equal([1, 2], again.Read(0, long.MaxValue, 10).Select(stored => stored.Id));
        Assert.Equal(0, again.Refused);
    }

    [Fact]
    public void Topics_can_be_left_out_and_be_asked_for_their_oldest()
    {
        using EventStore store = Open();
        foreach (string topic in (string[])["a", "b", "a", "b", "c"]) store.TryAppend(topic, Payload, _boot, 0, default);
        Assert.Equal([2, 4], store.Read(0, long.MaxValue, 10, ["a", "c"]).Select(stored => stored.Id));
        Assert.Equal([(1, "a"), (2, "b"), (5, "c")], store.OldestByTopic().Select(stored => ((int)stored.Id, stored.Topic)));
    }

    [Fact]
    public void A_damaged_file_is_set_aside_and_a_new_one_begun()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllBytes(FilePath, [.. Enumerable.Repeat((byte)'x', 10_000)]);
        using EventStore store = Open();
        Assert.True(Append(store, 0));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(FilePath)!, "events.db.damaged-*"));
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5014);
    }

    [Fact]
    public void A_file_that_can_not_be_made_is_one_clear_sentence()
    {
        var e = Assert.Throws<PublishException>(() => EventStore.Open("/proc/lusedge/events.db", SmallestCap, TimeProvider.System, _log));
        Assert.Equal(PublishFailure.EventStore, e.Reason);
        Assert.StartsWith("Mqtt:EventsDatabase: /proc/lusedge/events.db can't be opened", e.Message);
    }

    private EventStore Open(long maxBytes = SmallestCap * 16) => EventStore.Open(FilePath, maxBytes, TimeProvider.System, _log);

    private bool Append(EventStore store, long seq) => store.TryAppend("lus/v1/site/dev/event/clip", Payload, _boot, seq, TimeProvider.System.GetUtcNow());
}
