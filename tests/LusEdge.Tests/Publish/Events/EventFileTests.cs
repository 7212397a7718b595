using System.Text;
using LusEdge.Health;
using LusEdge.Publish.Events;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.Tests.Publish.Events;

/// <summary>What happens to the file of the event store behind its back: flipped bits, deletion, replacement.</summary>
public sealed class EventFileTests : IDisposable
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const long Cap = 1 << 20;
    private static readonly string[] Topics = ["site/event/one", "site/event/two", "site/event/three"];

    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-file-").FullName;
    private readonly FakeLogger _log = new();
    private readonly HealthBoard _board = new();
    private readonly List<EventStore> _stores = [];

    private string Folder => Path.Combine(_folder, "below");

    private string FilePath => Path.Combine(Folder, "events.db");

    public void Dispose()
    {
        foreach (EventStore store in _stores) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("site/event/two")]
    [InlineData("of two")]
    public async Task An_event_with_a_flipped_bit_is_set_aside_and_the_others_are_read(string bytes)
    {
        await StoreThreeAsync();
        Flip(bytes);
        EventStore store = await OpenAsync();
        Assert.Equal([1, 3], await IdsAsync(store));
        Assert.Equal([1, 3], (await store.OldestByTopicAsync()).Select(stored => stored.Id));
        await IsSettledAsync(store, damaged: 1);
        Assert.Equal(2, store.Depth);
        Assert.Equal(["events_damaged"], Codes());
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5018);

        // It is never offered again, and not counted twice.
        store.RetryRefused();
        Assert.Equal([1, 3], await IdsAsync(store));
        await store.CloseAsync(TimeSpan.FromSeconds(10));
        EventStore again = await OpenAsync();
        Assert.Equal([1, 3], await IdsAsync(again));
        Assert.Equal((2, 0), (again.Depth, again.Damaged));
    }

    [Theory]
    [InlineData("payload = x''")]
    [InlineData("payload = x'7b'")]
    [InlineData("payload = x'7b0022'")]
    [InlineData("payload = '{}'")]
    [InlineData("payload = 7")]
    [InlineData("topic = ''")]
    [InlineData("topic = 'site/event/' || char(0) || 'o'")]
    [InlineData("topic = 'site/event/#'")]
    [InlineData("topic = CAST(x'ff' AS TEXT)")]
    [InlineData("topic = printf('%.*c', 65536, 'x')")]
    public async Task A_row_without_a_checksum_is_set_aside_if_it_cant_be_a_message(string change)
    {
        WriteOldFile($"UPDATE events SET {change} WHERE id = 2");
        EventStore store = await OpenAsync();
        Assert.Equal([1, 3], await IdsAsync(store));
        await IsSettledAsync(store, damaged: 1);
    }

    [Fact]
    public async Task A_file_of_an_earlier_version_is_delivered_as_it_is()
    {
        WriteOldFile("UPDATE events SET refused = 135 WHERE id = 3");
        EventStore store = await OpenAsync();
        Append(store, "site/event/four");
        Assert.Equal([1, 2, 3, 4], await IdsAsync(store));
        Assert.Equal(0, store.Damaged);
        Assert.Empty(Codes());
    }

    [Fact]
    public async Task Damaged_events_at_the_front_hide_nothing_behind_them()
    {
        WriteOldFile("UPDATE events SET payload = x'' WHERE id <= 2");
        EventStore store = await OpenAsync();
        Assert.Equal([3], (await store.ReadAsync(0, long.MaxValue, 1)).Select(stored => stored.Id));
        await IsSettledAsync(store, damaged: 2);
    }

    [Fact]
    public async Task A_page_that_cant_be_read_costs_only_the_events_on_it()
    {
        EventStore store = await OpenAsync();
        for (int i = 0; i < 200; i++) Append(store, Topics[i % 3]);
        await store.CloseAsync(TimeSpan.FromSeconds(10));
        const int Page = 4096;
        byte[] bytes = await File.ReadAllBytesAsync(FilePath, TestContext.Current.CancellationToken);
        Assert.True(bytes.Length > 8 * Page);
        Array.Fill(bytes, (byte)0xA5, bytes.Length / Page / 2 * Page, Page);
        await File.WriteAllBytesAsync(FilePath, bytes, TestContext.Current.CancellationToken);

        EventStore again = await OpenAsync();
        Append(again, "site/event/new");
        long[] ids = [.. await IdsAsync(again)];
        Assert.InRange(ids.Length, 150, 200);
        Assert.Equal((1, 201), (ids[0], ids[^1]));
        Assert.Single(Directory.GetFiles(Folder, "events.db.damaged-" + new string('?', 14)));
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5014);
    }

    [Theory]
    [InlineData("delete the file")]
    [InlineData("delete all files")]
    [InlineData("delete the log")]
    [InlineData("delete the folder")]
    [InlineData("rename the file")]
    [InlineData("rename the folder")]
    [InlineData("replace by an empty file")]
    [InlineData("replace by a database")]
    [InlineData("replace by garbage")]
    [InlineData("replace by a folder")]
    public async Task A_file_that_is_deleted_or_replaced_while_open_costs_no_event(string change)
    {
        EventStore store = await OpenAsync();
        Append(store, Topics[0]);
        Append(store, Topics[1]);
        store.Acknowledged([1]);
        store.PingSent();
        store.PingAnswered();
        await SettleAsync(store);
        Change(change);
        Append(store, Topics[2]);
        await EventuallyAsync(() => Codes().Contains("event_store_replaced"));
        await EventuallyAsync(() => store.Waiting == 0 && !Codes().Contains("event_store_failed"));
        Assert.Equal([2, 3], await IdsAsync(store));
        Assert.Single(_log.Collector.GetSnapshot(), entry => entry.Id.Id == 5017);

        // What is on the disk now is what another start finds: copied without a clean close, as after a power cut.
        string cut = Path.Combine(_folder, "cut");
        Directory.CreateDirectory(cut);
        foreach (string file in Directory.GetFiles(Folder)) File.Copy(file, Path.Combine(cut, Path.GetFileName(file)));
        EventStore after = await OpenAsync(Path.Combine(cut, "events.db"));
        Assert.Equal([2, 3], await IdsAsync(after));
        bool isReplaced = change.StartsWith("replace", StringComparison.Ordinal);
        string aside = "events.db.replaced-" + new string('?', 14);
        Assert.Equal(isReplaced ? 1 : 0, Directory.GetFileSystemEntries(Folder, aside).Length);
        Assert.False(Path.Exists(FilePath + ".new"));
    }

    [Fact]
    public async Task A_file_that_is_deleted_again_and_again_costs_no_event()
    {
        EventStore store = await OpenAsync();
        const int Events = 200;
        for (int i = 0; i < Events; i++)
        {
            Append(store, Topics[i % 3]);
            if (i % 2 == 0) await SettleAsync(store);
            try
            {
                Change((i % 3) switch { 0 => "delete the folder", 1 => "delete all files", _ => "delete the file" });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written again at this moment.
            }
        }

        await EventuallyAsync(() => store.Waiting == 0 && !Codes().Contains("event_store_failed"));
        Assert.Equal(Enumerable.Range(1, Events).Select(id => (long)id), await IdsAsync(store));
    }

    [Fact]
    public async Task A_deleted_file_is_noticed_without_a_new_event()
    {
        EventStore store = await OpenAsync();
        Append(store, Topics[0]);
        await SettleAsync(store);
        Change("delete all files");
        await EventuallyAsync(() => Codes().Contains("event_store_replaced"));
        await store.CloseAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1], await IdsAsync(await OpenAsync()));
    }

    [Fact]
    public async Task A_file_deleted_right_before_the_stop_is_written_again()
    {
        EventStore store = await OpenAsync();
        Append(store, Topics[0]);
        await SettleAsync(store);
        Change("delete the folder");
        await store.CloseAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1], await IdsAsync(await OpenAsync()));
    }

    [Fact]
    public async Task Events_wait_in_memory_while_the_deleted_file_cant_be_replaced()
    {
        EventStore store = await OpenAsync();
        Append(store, Topics[0]);
        await SettleAsync(store);
        Directory.Delete(Folder, recursive: true);
        await File.WriteAllTextAsync(Folder, "in the way", TestContext.Current.CancellationToken);
        Append(store, Topics[1]);
        await EventuallyAsync(() => Codes().Contains("event_store_failed"));
        Assert.Equal(1, store.Waiting);

        File.Delete(Folder);
        await EventuallyAsync(() => store.Waiting == 0 && !Codes().Contains("event_store_failed"));
        Assert.Equal([1, 2], await IdsAsync(store));
    }

    [Fact]
    public async Task A_replacement_that_a_crash_kept_from_its_place_is_used()
    {
        await StoreThreeAsync();
        File.Move(FilePath, FilePath + ".new");
        Assert.Equal([1, 2, 3], await IdsAsync(await OpenAsync()));
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_events_and_a_folder_that_exists_keeps_its_mode()
    {
        EventStore store = await OpenAsync();
        Append(store, Topics[0]);
        await SettleAsync(store);
        Assert.Equal(OwnersFile | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        AssertPrivate();
        await store.CloseAsync(TimeSpan.FromSeconds(10));

        // As an earlier version left them.
        const UnixFileMode Open = OwnersFile | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(FilePath, OwnersFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(Folder, Open);
        EventStore again = await OpenAsync();
        Append(again, Topics[0]);
        await SettleAsync(again);
        AssertPrivate();
        Assert.Equal(Open, File.GetUnixFileMode(Folder));
        Change("delete the folder");
        await EventuallyAsync(() => Codes().Contains("event_store_replaced"));
        AssertPrivate();

        void AssertPrivate()
        {
            Assert.Equal(3, Directory.GetFiles(Folder).Length);
            Assert.All(Directory.GetFiles(Folder), file => Assert.Equal(OwnersFile, File.GetUnixFileMode(file)));
        }
    }

    private async Task StoreThreeAsync()
    {
        EventStore store = await OpenAsync();
        foreach (string topic in Topics) Append(store, topic);
        await store.CloseAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>A file as version 1 wrote it: no checksums, readable by all.</summary>
    private void WriteOldFile(string change, string? file = null)
    {
        Directory.CreateDirectory(Folder);
        using var connection = new SqliteConnection($"Data Source={file ?? FilePath};Pooling=False");
        connection.Open();
        Execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE events (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                topic TEXT NOT NULL,
                payload BLOB NOT NULL,
                boot TEXT NOT NULL,
                seq INTEGER NOT NULL,
                created TEXT NOT NULL,
                refused INTEGER NULL);
            """);
        foreach (string topic in Topics)
            Execute($"INSERT INTO events (topic, payload, boot, seq, created) VALUES ('{topic}', x'7b7d', '', 0, '')");
        Execute(change);

        void Execute(string sql)
        {
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A test's constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Flips one bit on the disk, in the last of these bytes.</summary>
    private void Flip(string text)
    {
        byte[] bytes = File.ReadAllBytes(FilePath);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(at > 0);
        bytes[at + text.Length - 1] ^= 1;
        File.WriteAllBytes(FilePath, bytes);
    }

    private void Change(string change)
    {
        switch (change)
        {
            case "delete the file":
                File.Delete(FilePath);
                break;
            case "delete all files":
                foreach (string file in Directory.GetFiles(Folder)) File.Delete(file);
                break;
            case "delete the log":
                File.Delete(FilePath + "-wal");
                break;
            case "delete the folder":
                Directory.Delete(Folder, recursive: true);
                break;
            case "rename the file":
                File.Move(FilePath, FilePath + "-old");
                break;
            case "rename the folder":
                Directory.Move(Folder, Folder + "-old");
                break;
            case "replace by an empty file":
                File.Delete(FilePath);
                File.WriteAllBytes(FilePath, []);
                break;
            case "replace by a database":
                WriteOldFile("UPDATE events SET topic = 'foreign'", FilePath + "-restored");
                File.Move(FilePath + "-restored", FilePath, overwrite: true);
                break;
            case "replace by garbage":
                File.Delete(FilePath);
                File.WriteAllBytes(FilePath, [.. Enumerable.Repeat((byte)'x', 10_000)]);
                break;
            case "replace by a folder":
                File.Delete(FilePath);
                Directory.CreateDirectory(FilePath);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "unknown");
        }
    }

    private async Task<EventStore> OpenAsync(string? file = null)
    {
        EventStore store = await EventStore.OpenAsync(file ?? FilePath, Cap, _board, TimeProvider.System, _log);
        _stores.Add(store);
        return store;
    }

    private static void Append(EventStore store, string topic)
    {
        byte[] payload = Encoding.UTF8.GetBytes(
            $"{{\"text\":\"{new string('x', 300)} of {topic.Split('/')[^1]}\"}}");
        store.Append(new NewEvent(topic, payload, Guid.Empty, 0, default));
    }

    private string[] Codes() => [.. _board.Read().Reasons.Select(reason => reason.Code)];

    private static async Task<IEnumerable<long>> IdsAsync(EventStore store) =>
        (await store.ReadAsync(0, long.MaxValue, 1000)).Select(stored => stored.Id);

    /// <summary>The store works in order: once it answers, all earlier work is done.</summary>
    private static Task<IReadOnlyList<StoredEvent>> SettleAsync(EventStore store) => store.ReadAsync(0, 0, 1);

    private static async Task IsSettledAsync(EventStore store, int damaged)
    {
        await SettleAsync(store);
        Assert.Equal(damaged, store.Damaged);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(20, late.Token);
    }
}
