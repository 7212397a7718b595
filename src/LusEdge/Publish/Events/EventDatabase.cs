using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace LusEdge.Publish.Events;

/// <summary>
/// Events on the disk: one SQLite file, bounded in size. Every call is one short transaction and may take as long as the disk does, so only
/// <see cref="EventStore"/>'s own thread calls it.
/// </summary>
/// <remarks>
/// An event leaves the file when the broker has acknowledged it and then given a sign of life. Brokers acknowledge before they have written
/// or passed on (mosquitto 2.0.11 does), so an event whose acknowledgement was the last word of a broker that was killed is sent once more.
/// </remarks>
internal sealed class EventDatabase : IDisposable
{
    private const int PageBytes = 4096;

    /// <summary>SQLITE_FULL.</summary>
    private const int Full = 13;

    /// <summary>SQLITE_CORRUPT and SQLITE_NOTADB: what a failing card leaves behind.</summary>
    private static readonly int[] DamageCodes = [11, 26];

    /// <summary>SQLITE_BUSY and SQLITE_LOCKED: another process holds the file.</summary>
    private static readonly int[] LockCodes = [5, 6];

    /// <summary>How many events are deleted at once when the file is full: enough that the next event need not make room again.</summary>
    private const int MakeRoomFor = 32;

    private const int LargestEventPages = 8;

    /// <summary>No event of the contract comes near this.</summary>
    public const int LargestEvent = LargestEventPages * PageBytes / 2;

    private readonly SqliteConnection _connection;

    private EventDatabase(SqliteConnection connection)
    {
        _connection = connection;
        RetryRefused();
        LastId = Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'");
        Count();
    }

    /// <summary>The highest id so far.</summary>
    public long LastId { get; private set; }

    /// <summary>Events that are not acknowledged, refused ones included.</summary>
    public long Depth { get; private set; }

    /// <summary>Events among them that the broker refuses.</summary>
    public long Refused { get; private set; }

    /// <summary>Events that were deleted unsent to make room, since the file was opened.</summary>
    public long Discarded { get; private set; }

    /// <summary>Whether the file itself is damaged, so that it must be set aside.</summary>
    public static bool IsDamage(SqliteException e) => DamageCodes.Contains(e.SqliteErrorCode);

    /// <summary>Whether another process holds the file, so that it is worth trying again.</summary>
    public static bool IsLock(SqliteException e) => LockCodes.Contains(e.SqliteErrorCode);

    /// <summary>Opens the file, or makes a new one.</summary>
    /// <param name="file">The database file. Its folder exists.</param>
    /// <param name="maxBytes">The most bytes that it may take.</param>
    /// <exception cref="SqliteException">It can't be opened or written.</exception>
    public static EventDatabase Open(string file, long maxBytes)
    {
        // The timeout is the library's own for a file that another process holds: without it, it tries for 30 s.
        var builder = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(builder.ToString());
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
            return new EventDatabase(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Commits events. When this returns they survive a power cut. A file that has its size makes room first; a full disk does not: what it holds stays.</summary>
    /// <exception cref="SqliteException">Nothing was committed.</exception>
    public void Append(IReadOnlyCollection<NewEvent> events)
    {
        try
        {
            Insert(events);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Full && IsAtItsSize())
        {
            MakeRoom(Math.Max(MakeRoomFor, events.Count));
            Insert(events);
        }
    }

    /// <summary>Events that are not refused, oldest first.</summary>
    /// <param name="after">Ids above this.</param>
    /// <param name="upTo">Ids up to and including this.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="exceptTopics">Topics to leave out.</param>
    public IReadOnlyList<StoredEvent> Read(long after, long upTo, int limit, IReadOnlyCollection<string> exceptTopics)
    {
        string except = exceptTopics.Count > 0 ? $"AND topic NOT IN ({string.Join(',', exceptTopics.Select((_, i) => $"$topic{i}"))})" : "";
        return Query(
            $"SELECT id, topic, payload FROM pending WHERE id > $after AND id <= $upTo {except} ORDER BY id LIMIT $limit",
            [("$after", after), ("$upTo", upTo), ("$limit", limit), .. exceptTopics.Select((topic, i) => ($"$topic{i}", (object)topic))]);
    }

    /// <summary>The oldest event of each topic that is not refused.</summary>
    public IReadOnlyList<StoredEvent> OldestByTopic() =>
        Query("SELECT min(id), topic, payload FROM pending GROUP BY topic ORDER BY min(id)", []);

    /// <summary>The broker has acknowledged these events: they are not read any more, but stay on the disk until it answers a later ping.</summary>
    public void Acknowledged(IReadOnlyCollection<long> ids) =>
        Depth -= Execute($"INSERT OR IGNORE INTO acknowledged (id) SELECT id FROM pending WHERE id IN ({string.Join(',', ids)})");

    /// <summary>A ping is about to be sent.</summary>
    public void PingSent() => Execute("UPDATE acknowledged SET asked = 1");

    /// <summary>The ping was answered: what was acknowledged before it is the broker's now. If this deletion is lost, the event is sent once more: no harm.</summary>
    public void PingAnswered() =>
        Execute("DELETE FROM events WHERE id IN (SELECT id FROM acknowledged WHERE asked = 1); DELETE FROM acknowledged WHERE asked = 1");

    /// <summary>The connection broke: what was acknowledged since the last answered ping may be lost with the broker, and is read again.</summary>
    public void ConnectionLost()
    {
        Execute("DELETE FROM acknowledged");
        Count();
    }

    /// <summary>The broker refuses an event: it is set aside.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="reason">MQTT reason code.</param>
    public void SetAside(long id, int reason) => Refused += Execute("UPDATE events SET refused = $reason WHERE id = $id", ("$id", id), ("$reason", reason));

    /// <summary>Events that were refused are to be tried again: the cause may have been mended.</summary>
    public void RetryRefused()
    {
        Execute("UPDATE events SET refused = NULL WHERE refused IS NOT NULL");
        Refused = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Count() => Depth = Scalar("SELECT count(*) FROM events") - Scalar("SELECT count(*) FROM acknowledged");

    private void Insert(IReadOnlyCollection<NewEvent> events)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        long last = LastId;
        foreach (NewEvent added in events)
        {
            last = Scalar(
                "INSERT INTO events (topic, payload, boot, seq, created) VALUES ($topic, $payload, $boot, $seq, $created) RETURNING id",
                ("$topic", added.Topic),
                ("$payload", added.Payload),
                ("$boot", added.Boot.ToString()),
                ("$seq", added.Seq),
                ("$created", added.Created.ToString("O")));
        }

        transaction.Commit();
        Depth += events.Count;
        LastId = last;
    }

    // The same error code means either. A page or two may be missing to the limit when an event needs several.
    private bool IsAtItsSize() => Scalar("PRAGMA max_page_count") - Scalar("PRAGMA page_count") <= LargestEventPages;

    /// <summary>Acknowledged events go first, then refused ones, then the oldest.</summary>
    private void MakeRoom(int wanted)
    {
        long acknowledged = Execute("DELETE FROM events WHERE id IN (SELECT id FROM acknowledged)");
        if (acknowledged >= wanted) return;
        long refused = Execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE refused IS NOT NULL ORDER BY id LIMIT $n)", ("$n", wanted - acknowledged));
        long oldest = Execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT $n)", ("$n", wanted - acknowledged - refused));
        Refused -= refused;
        Depth -= refused + oldest;
        Discarded += refused + oldest;
    }

    private List<StoredEvent> Query(string sql, (string Name, object Value)[] parameters)
    {
        var events = new List<StoredEvent>();
        using SqliteCommand command = Command(sql, parameters);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) events.Add(new StoredEvent(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
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
