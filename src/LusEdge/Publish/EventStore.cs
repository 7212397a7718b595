using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LusEdge.Publish;

/// <summary>
/// Keeps events until the broker has acknowledged them and then given a sign of life: one SQLite file, committed to the disk before
/// <see cref="TryAppend"/> returns. Brokers acknowledge before they have written or passed on (mosquitto 2.0.11 does), so an event whose
/// acknowledgement was the last word of a broker that was killed is sent once more. Bounded: when it is full, acknowledged events give way first, then refused
/// ones and the oldest; those that were not acknowledged are counted. Thread-safe; every
/// call is one short transaction.
/// </summary>
internal sealed class EventStore : IDisposable
{
    private const int PageBytes = 4096;

    /// <summary>SQLITE_CORRUPT and SQLITE_NOTADB: what a failing card leaves behind.</summary>
    private static readonly int[] Damaged = [11, 26];

    /// <summary>SQLITE_FULL.</summary>
    private const int Full = 13;

    /// <summary>Events that give way at once when the store is full: enough that the next one need not make room again.</summary>
    private const int MakeRoomFor = 32;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly ILogger _log;
    private volatile string? _trouble;
    private long _lastId;
    private long _depth;
    private long _refused;
    private long _discarded;
    private long _notStored;

    private EventStore(SqliteConnection connection, ILogger log)
    {
        _connection = connection;
        _log = log;
        // A refusal may have been mended since: each start tries once more.
        Execute("UPDATE events SET refused = NULL WHERE refused IS NOT NULL");
        _depth = Scalar("SELECT count(*) FROM events");
        _lastId = Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'");
    }

    /// <summary>The highest id so far.</summary>
    public long LastId => Interlocked.Read(ref _lastId);

    /// <summary>Events that are not acknowledged, refused ones included.</summary>
    public long Depth => Interlocked.Read(ref _depth);

    /// <summary>Events among them that the broker refuses.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Events that gave way to newer ones since the start.</summary>
    public long Discarded => Interlocked.Read(ref _discarded);

    /// <summary>Events that could not be stored since the start.</summary>
    public long NotStored => Interlocked.Read(ref _notStored);

    /// <summary>What went wrong at the last write, null when it went well.</summary>
    public string? Trouble
    {
        get => _trouble;
        private set => _trouble = value;
    }

    /// <summary>Opens the store, or makes a new one. A damaged file is set aside, so that new events can be kept.</summary>
    /// <param name="file">The database file.</param>
    /// <param name="maxBytes">Most bytes that it may take.</param>
    /// <param name="time">Names the file that is set aside.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="PublishException">The file can't be opened or written.</exception>
    public static EventStore Open(string file, long maxBytes, TimeProvider time, ILogger log)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder) Directory.CreateDirectory(folder);
            try
            {
                return OpenFile(file, maxBytes, log);
            }
            catch (SqliteException e) when (Damaged.Contains(e.SqliteErrorCode))
            {
                string aside = $"{file}.damaged-{time.GetUtcNow():yyyyMMddHHmmss}";
                File.Move(file, aside, overwrite: true);
                File.Delete(file + "-wal");
                File.Delete(file + "-shm");
                log.EventStoreDamaged(file, aside, e.Message);
                return OpenFile(file, maxBytes, log);
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new PublishException(
                PublishFailure.EventStore,
                $"Mqtt:EventsDatabase: {file} can't be opened ({e.Message}). Check that its folder can be written and has free space, or choose another.",
                e);
        }
    }

    /// <summary>Keeps an event. When this returns true it survives a power cut. A failure is counted, never thrown.</summary>
    /// <param name="topic">Where it is to be published.</param>
    /// <param name="payload">One JSON object in UTF-8.</param>
    /// <param name="boot">The start of the service that it belongs to.</param>
    /// <param name="seq">Its number within that.</param>
    /// <param name="created">When it was made, UTC.</param>
    public bool TryAppend(string topic, ReadOnlySpan<byte> payload, Guid boot, long seq, DateTimeOffset created)
    {
        byte[] copy = payload.ToArray();
        lock (_lock)
        {
            try
            {
                try
                {
                    Insert(topic, copy, boot, seq, created);
                }
                catch (SqliteException e) when (e.SqliteErrorCode == Full)
                {
                    MakeRoom();
                    Insert(topic, copy, boot, seq, created);
                }

                if (Trouble is not null) _log.EventStoreRecovered(_connection.DataSource);
                Trouble = null;
                return true;
            }
            catch (SqliteException e)
            {
                _notStored++;
                if (Trouble is null) _log.EventNotStored(_connection.DataSource, e.Message);
                Trouble = e.Message;
                return false;
            }
        }
    }

    /// <summary>Events that are not refused, oldest first; none when the file can't be read just now.</summary>
    /// <param name="after">Ids above this.</param>
    /// <param name="upTo">Ids up to and with this.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="exceptTopics">Topics to leave out.</param>
    public IReadOnlyList<StoredEvent> Read(long after, long upTo, int limit, IReadOnlyCollection<string>? exceptTopics = null)
    {
        string except = exceptTopics is { Count: > 0 } ? $"AND topic NOT IN ({string.Join(',', exceptTopics.Select((_, i) => $"$topic{i}"))})" : "";
        return Query(
            $"SELECT id, topic, payload FROM pending WHERE id > $after AND id <= $upTo {except} ORDER BY id LIMIT $limit",
            [("$after", after), ("$upTo", upTo), ("$limit", limit), .. (exceptTopics ?? []).Select((topic, i) => ($"$topic{i}", (object)topic))]);
    }

    /// <summary>The oldest event of each topic that is not refused; none when the file can't be read just now.</summary>
    public IReadOnlyList<StoredEvent> OldestByTopic() =>
        Query("SELECT min(id), topic, payload FROM pending GROUP BY topic ORDER BY min(id)", []);

    /// <summary>The broker has acknowledged these events: they are not read any more, but stay on the disk until it answers a later ping.</summary>
    /// <param name="ids">Their ids.</param>
    public void Acknowledged(IReadOnlyCollection<long> ids)
    {
        if (ids.Count == 0) return;
        Try(() => Interlocked.Add(ref _depth, -Execute($"INSERT OR IGNORE INTO acknowledged (id) SELECT id FROM pending WHERE id IN ({string.Join(',', ids)})")));
    }

    /// <summary>A ping is about to be sent.</summary>
    public void Asked() => Try(() => Execute("UPDATE acknowledged SET asked = 1"));

    /// <summary>The ping was answered: what was acknowledged before it is the broker's now. Should the deletion be lost, it is sent once more: no harm.</summary>
    public void Answered() => Try(() => Execute("DELETE FROM events WHERE id IN (SELECT id FROM acknowledged WHERE asked = 1); DELETE FROM acknowledged WHERE asked = 1"));

    /// <summary>The connection broke: what was acknowledged since the last answered ping may be lost with the broker, and is read again.</summary>
    public void ConnectionLost() => Try(() =>
    {
        Execute("DELETE FROM acknowledged");
        Interlocked.Exchange(ref _depth, Scalar("SELECT count(*) FROM events"));
    });

    /// <summary>The broker refuses an event for good: it is set aside until the next start.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="reason">MQTT reason code.</param>
    public void SetAside(long id, int reason) =>
        Try(() => Interlocked.Add(ref _refused, Execute("UPDATE events SET refused = $reason WHERE id = $id", ("$id", id), ("$reason", reason))));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private static EventStore OpenFile(string file, long maxBytes, ILogger log)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // FULL: a commit is on the disk. The log is checkpointed every 64 pages, so that it stays small; max_page_count bounds
            // the rest, because on a full disk SQLite could not even delete.
            command.CommandText = $"""
                PRAGMA page_size = {PageBytes};
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 64;
                PRAGMA journal_size_limit = {64 * PageBytes};
                PRAGMA busy_timeout = 1000;
                PRAGMA max_page_count = {maxBytes / PageBytes};
                CREATE TABLE IF NOT EXISTS events (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    topic TEXT NOT NULL,
                    payload BLOB NOT NULL,
                    boot TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    created TEXT NOT NULL,
                    refused INTEGER NULL);
                PRAGMA temp_store = MEMORY;
                CREATE TEMP TABLE acknowledged (id INTEGER PRIMARY KEY, asked INTEGER NOT NULL DEFAULT 0);
                CREATE TEMP VIEW pending AS SELECT * FROM events WHERE refused IS NULL AND id NOT IN (SELECT id FROM acknowledged);
                """;
            command.ExecuteNonQuery();
            return new EventStore(connection, log);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Insert(string topic, byte[] payload, Guid boot, long seq, DateTimeOffset created)
    {
        Interlocked.Exchange(ref _lastId, Scalar(
            "INSERT INTO events (topic, payload, boot, seq, created) VALUES ($topic, $payload, $boot, $seq, $created) RETURNING id",
            ("$topic", topic), ("$payload", payload), ("$boot", boot.ToString()), ("$seq", seq), ("$created", created.ToString("O"))));
        Interlocked.Increment(ref _depth);
    }

    private void MakeRoom()
    {
        long room = Execute("DELETE FROM events WHERE id IN (SELECT id FROM acknowledged)");
        if (room >= MakeRoomFor) return;
        long refused = Execute("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE refused IS NOT NULL ORDER BY id LIMIT $n)", ("$n", MakeRoomFor - room));
        long pending = Execute("DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT $n)", ("$n", MakeRoomFor - room - refused));
        if (_discarded == 0) _log.EventsDiscarded(_connection.DataSource, refused + pending);
        Interlocked.Add(ref _refused, -refused);
        Interlocked.Add(ref _depth, -refused - pending);
        Interlocked.Add(ref _discarded, refused + pending);
    }

    // An event that could not be read or deleted is sent later, or once more: worth a word, not an end.
    private void Try(Action access)
    {
        lock (_lock)
        {
            try
            {
                access();
            }
            catch (SqliteException e)
            {
                if (Trouble is null) _log.EventStoreTrouble(_connection.DataSource, e.Message);
                Trouble = e.Message;
            }
        }
    }

    private List<StoredEvent> Query(string sql, (string Name, object Value)[] parameters)
    {
        var events = new List<StoredEvent>();
        Try(() =>
        {
            using SqliteCommand command = Command(sql, parameters);
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read()) events.Add(new StoredEvent(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        });
        return events;
    }

    private int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    private long Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return (long)command.ExecuteScalar()!;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements are constants of this file; the only text put in is a list of whole numbers.")]
    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
