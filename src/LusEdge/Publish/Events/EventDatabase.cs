using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace LusEdge.Publish.Events;

/// <summary>
/// Events on the disk: one SQLite file of bounded size. Every call is one short transaction that can take as long as the disk
/// does, so only <see cref="EventStore"/>'s thread makes it.
/// </summary>
/// <remarks>
/// An event is deleted once the broker has acknowledged it and then answered a ping. Brokers acknowledge before they have stored
/// or forwarded a message (mosquitto 2.0.11 does), so an event that was acknowledged right before the broker was killed is sent
/// again.
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

    /// <summary>
    /// Events deleted at once when the file is full: enough that the next event does not have to make room again.
    /// </summary>
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

    /// <summary>Unacknowledged events, including refused ones.</summary>
    public long Depth { get; private set; }

    /// <summary>Those among them that the broker refuses.</summary>
    public long Refused { get; private set; }

    /// <summary>Events deleted unsent to make room since the file was opened.</summary>
    public long Discarded { get; private set; }

    /// <summary>Whether the file is damaged and must be set aside.</summary>
    public static bool IsDamage(SqliteException e) => DamageCodes.Contains(e.SqliteErrorCode);

    /// <summary>Whether another process has locked the file, so that a retry makes sense.</summary>
    public static bool IsLock(SqliteException e) => LockCodes.Contains(e.SqliteErrorCode);

    /// <summary>Opens the file, or creates it.</summary>
    /// <param name="file">The database file. Its folder must exist.</param>
    /// <param name="maxBytes">Its maximum size in bytes.</param>
    /// <exception cref="SqliteException">It can't be opened or written.</exception>
    public static EventDatabase Open(string file, long maxBytes)
    {
        // The library's timeout for a locked file: its default is 30 s.
        var builder = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(builder.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // FULL: a commit is on the disk. The log is checkpointed every 64 pages to keep it small. max_page_count bounds the
            // rest, because on a full disk SQLite can't even delete.
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
                CREATE TEMP VIEW pending AS
                    SELECT * FROM events WHERE refused IS NULL AND id NOT IN (SELECT id FROM acknowledged);
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

    /// <summary>
    /// Commits events. When it returns, they survive a power cut. A file at its maximum size makes room first; on a full disk,
    /// nothing is deleted.
    /// </summary>
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
        (string Name, object Value)[] topics = [.. exceptTopics.Select((topic, i) => ($"$topic{i}", (object)topic))];
        string except = topics.Length > 0 ? $"AND topic NOT IN ({string.Join(',', topics.Select(topic => topic.Name))})" : "";
        return Query(
            $"SELECT id, topic, payload FROM pending WHERE id > $after AND id <= $upTo {except} ORDER BY id LIMIT $limit",
            [("$after", after), ("$upTo", upTo), ("$limit", limit), .. topics]);
    }

    /// <summary>The oldest event of each topic that is not refused.</summary>
    public IReadOnlyList<StoredEvent> OldestByTopic() =>
        Query("SELECT min(id), topic, payload FROM pending GROUP BY topic ORDER BY min(id)", []);

    /// <summary>
    /// The broker has acknowledged these events: they are no longer read, but stay on the disk until a later ping is answered.
    /// </summary>
    public void Acknowledged(IReadOnlyCollection<long> ids) =>
        Depth -= Execute($"INSERT OR IGNORE INTO acknowledged (id) SELECT id FROM pending WHERE id IN ({string.Join(',', ids)})");

    /// <summary>A ping is about to be sent.</summary>
    public void PingSent() => Execute("UPDATE acknowledged SET asked = 1");

    /// <summary>
    /// The ping was answered: events acknowledged before it are the broker's now. If this deletion is lost, they are only sent
    /// again.
    /// </summary>
    public void PingAnswered() => Execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM acknowledged WHERE asked = 1); DELETE FROM acknowledged WHERE asked = 1");

    /// <summary>
    /// The connection broke: the broker may have lost what it acknowledged since the last answered ping, so that is read again.
    /// </summary>
    public void ConnectionLost()
    {
        Execute("DELETE FROM acknowledged");
        Count();
    }

    /// <summary>The broker refuses an event: it is set aside.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="reason">MQTT reason code.</param>
    public void SetAside(long id, int reason) =>
        Refused += Execute("UPDATE events SET refused = $reason WHERE id = $id", ("$id", id), ("$reason", reason));

    /// <summary>Makes refused events available again: the cause may be fixed.</summary>
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
                """
                INSERT INTO events (topic, payload, boot, seq, created)
                VALUES ($topic, $payload, $boot, $seq, $created) RETURNING id
                """,
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

    // SQLITE_FULL can also mean a full disk. The file may be a page or two below its limit when an event needs several pages.
    private bool IsAtItsSize() => Scalar("PRAGMA max_page_count") - Scalar("PRAGMA page_count") <= LargestEventPages;

    /// <summary>Deletes acknowledged events first, then refused ones, then the oldest.</summary>
    private void MakeRoom(int wanted)
    {
        long acknowledged = Execute("DELETE FROM events WHERE id IN (SELECT id FROM acknowledged)");
        if (acknowledged >= wanted) return;
        long refused = Execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE refused IS NOT NULL ORDER BY id LIMIT $n)",
            ("$n", wanted - acknowledged));
        long oldest = Execute(
            "DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT $n)",
            ("$n", wanted - acknowledged - refused));
        Refused -= refused;
        Depth -= refused + oldest;
        Discarded += refused + oldest;
    }

    private List<StoredEvent> Query(string sql, (string Name, object Value)[] parameters)
    {
        var events = new List<StoredEvent>();
        using SqliteCommand command = Command(sql, parameters);
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            events.Add(new StoredEvent(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
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

    [SuppressMessage(
        "Security", "CA2100", Justification = "The statements are constants here; only integers and parameter names are inserted.")]
    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
