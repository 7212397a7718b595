using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

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

    /// <summary>SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.</summary>
    private const int NoCheckpointOnClose = 1006;

    /// <summary>SQLITE_CONSTRAINT: a damaged value became null.</summary>
    private const int Constraint = 19;

    /// <summary>In the column <c>refused</c>, instead of a reason code: the event is damaged and is never sent.</summary>
    private const int IsDamaged = -1;

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

    private EventDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>The highest id so far.</summary>
    public long LastId { get; private set; }

    /// <summary>Unacknowledged events, including refused ones.</summary>
    public long Depth { get; private set; }

    /// <summary>Those among them that the broker refuses.</summary>
    public long Refused { get; private set; }

    /// <summary>Events deleted unsent to make room since the file was opened.</summary>
    public long Discarded { get; private set; }

    /// <summary>Events that were found damaged, and set aside, since the file was opened.</summary>
    public long Damaged { get; private set; }

    /// <summary>Whether the file is damaged and must be set aside.</summary>
    public static bool IsDamage(SqliteException e) => DamageCodes.Contains(e.SqliteErrorCode);

    /// <summary>Whether another process has locked the file, so that a retry makes sense.</summary>
    public static bool IsLock(SqliteException e) => LockCodes.Contains(e.SqliteErrorCode);

    /// <summary>
    /// Opens the file, or creates it. <see cref="Load"/> must follow. A file of an earlier version gains a column for checksums;
    /// its rows have none, and are delivered as they are.
    /// </summary>
    /// <param name="file">The database file.</param>
    /// <param name="maxBytes">Its maximum size in bytes.</param>
    /// <exception cref="SqliteException">It can't be opened or written.</exception>
    public static EventDatabase Open(string file, long maxBytes)
    {
        EventFiles.Create(file);
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
                    refused INTEGER NULL,
                    sum INTEGER NULL);
                PRAGMA temp_store = MEMORY;
                CREATE TEMP TABLE acknowledged (id INTEGER PRIMARY KEY, asked INTEGER NOT NULL DEFAULT 0);
                """;
            command.ExecuteNonQuery();
            var database = new EventDatabase(connection);
            if (database.Scalar("SELECT count(*) FROM pragma_table_info('events') WHERE name = 'sum'") == 0)
                database.Execute("ALTER TABLE events ADD COLUMN sum INTEGER NULL");
            database.Execute(
                """
                CREATE TEMP VIEW pending AS
                    SELECT * FROM events WHERE refused IS NULL AND id NOT IN (SELECT id FROM acknowledged)
                """);
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Counts the events, and makes refused ones available again.</summary>
    /// <param name="lastId">The highest id that was used before, in this file or in another.</param>
    /// <exception cref="SqliteException">This reads every row, so damage shows here.</exception>
    public void Load(long lastId)
    {
        RetryRefused();
        LastId = Scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'");
        if (LastId < lastId)
        {
            Execute("DELETE FROM sqlite_sequence WHERE name = 'events'");
            Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', $id)", ("$id", lastId));
            LastId = lastId;
        }

        Count();
    }

    /// <summary>
    /// Copies each event that can still be read into an empty database, under its own id. What is damaged stays behind.
    /// </summary>
    /// <returns>Events that could not be copied, as far as that can be told.</returns>
    /// <exception cref="SqliteException">This file is locked, or the other can't be written.</exception>
    public long CopyTo(EventDatabase other)
    {
        SortedSet<long> ids = [];
        bool isWhole = TryReadIds("ASC", ids);
        if (!isWhole) TryReadIds("DESC", ids);
        long lost = isWhole ? 0 : Math.Max(0, Depth - ids.Count);
        using SqliteTransaction transaction = other._connection.BeginTransaction();
        foreach (long id in ids)
        {
            if (!TryCopy(id, other)) lost++;
        }

        transaction.Commit();
        return lost;
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
        return QuerySound(
            $"SELECT id, topic, payload, sum FROM pending WHERE id > $after AND id <= $upTo {except} ORDER BY id LIMIT $limit",
            [("$after", after), ("$upTo", upTo), ("$limit", limit), .. topics]);
    }

    /// <summary>The oldest event of each topic that is not refused.</summary>
    public IReadOnlyList<StoredEvent> OldestByTopic() =>
        QuerySound("SELECT min(id), topic, payload, sum FROM pending GROUP BY topic ORDER BY min(id)", []);

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

    /// <summary>Writes without changing anything, to see whether the file can be written.</summary>
    public void TryWrite() => Execute("UPDATE sqlite_sequence SET seq = seq");

    /// <summary>An event can't be sent: it is set aside for good, and stays in the file until its room is needed.</summary>
    public void SetAsideDamaged(long id)
    {
        int damaged = Execute("UPDATE events SET refused = $mark WHERE id = $id", ("$id", id), ("$mark", IsDamaged));
        Depth -= damaged;
        Damaged += damaged;
    }

    /// <summary>Makes refused events available again: the cause may be fixed.</summary>
    public void RetryRefused()
    {
        Execute("UPDATE events SET refused = NULL WHERE refused IS NOT NULL AND refused <> $mark", ("$mark", IsDamaged));
        Refused = 0;
    }

    /// <summary>Closes the file without touching its log, whose name may lead to another file by now.</summary>
    public void Abandon()
    {
        _ = raw.sqlite3_db_config(_connection.Handle!, NoCheckpointOnClose, 1, out _);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Count() => Depth =
        Scalar("SELECT count(*) FROM events WHERE refused IS NULL OR refused <> $mark", ("$mark", IsDamaged))
        - Scalar("SELECT count(*) FROM acknowledged");

    private bool TryReadIds(string order, SortedSet<long> ids)
    {
        try
        {
            using SqliteCommand command = Command($"SELECT id FROM events ORDER BY id {order}");
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read()) ids.Add(reader.GetInt64(0));
            return true;
        }
        catch (SqliteException e) when (!IsLock(e))
        {
            return false;
        }
    }

    private bool TryCopy(long id, EventDatabase other)
    {
        object[] row = new object[7];
        try
        {
            using SqliteCommand read = Command(
                "SELECT topic, payload, boot, seq, created, refused, sum FROM events WHERE id = $id", ("$id", id));
            using SqliteDataReader reader = read.ExecuteReader();
            if (!reader.Read()) return false;
            reader.GetValues(row);
        }
        catch (SqliteException e) when (!IsLock(e))
        {
            return false;
        }

        try
        {
            return other.Execute(
                """
                INSERT INTO events (id, topic, payload, boot, seq, created, refused, sum)
                VALUES ($id, $topic, $payload, $boot, $seq, $created, $refused, $sum)
                """,
                ("$id", id),
                ("$topic", row[0]),
                ("$payload", row[1]),
                ("$boot", row[2]),
                ("$seq", row[3]),
                ("$created", row[4]),
                ("$refused", row[5]),
                ("$sum", row[6])) == 1;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Constraint)
        {
            return false;
        }
    }

    private void Insert(IReadOnlyCollection<NewEvent> events)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        long last = LastId;
        foreach (NewEvent added in events)
        {
            last = Scalar(
                """
                INSERT INTO events (topic, payload, boot, seq, created, sum)
                VALUES ($topic, $payload, $boot, $seq, $created, $sum) RETURNING id
                """,
                ("$topic", added.Topic),
                ("$payload", added.Payload),
                ("$boot", added.Boot.ToString()),
                ("$seq", added.Seq),
                ("$created", added.Created.ToString("O")),
                ("$sum", StoredEvent.SumOf(added.Topic, added.Payload)));
        }

        transaction.Commit();
        Depth += events.Count;
        LastId = last;
    }

    // SQLITE_FULL can also mean a full disk. The file may be a page or two below its limit when an event needs several pages.
    private bool IsAtItsSize() => Scalar("PRAGMA max_page_count") - Scalar("PRAGMA page_count") <= LargestEventPages;

    /// <summary>Deletes acknowledged and damaged events first, then refused ones, then the oldest.</summary>
    private void MakeRoom(int wanted)
    {
        long acknowledged = Execute(
            "DELETE FROM events WHERE refused = $mark OR id IN (SELECT id FROM acknowledged)", ("$mark", IsDamaged));
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

    /// <summary>Rows that can be sent. Others are set aside; if they leave nothing, what follows them is read.</summary>
    private List<StoredEvent> QuerySound(string sql, (string Name, object Value)[] parameters)
    {
        while (true)
        {
            var events = new List<StoredEvent>();
            var damaged = new List<long>();
            using (SqliteCommand command = Command(sql, parameters))
            using (SqliteDataReader reader = command.ExecuteReader())
            {
                while (reader.Read())
                {
                    // A flipped bit can change a value's type as well.
                    if (reader[1] is string topic && reader[2] is byte[] payload
                        && (reader.IsDBNull(3) || (reader[3] is long sum && sum == StoredEvent.SumOf(topic, payload)))
                        && new StoredEvent(reader.GetInt64(0), topic, payload) is { IsSound: true } sound)
                    {
                        events.Add(sound);
                    }
                    else
                    {
                        damaged.Add(reader.GetInt64(0));
                    }
                }
            }

            foreach (long id in damaged) SetAsideDamaged(id);
            if (events.Count > 0 || damaged.Count == 0) return events;
        }
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
        "Security", "CA2100", Justification = "The statements are constants; only integers and parameter names are inserted.")]
    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
