using System.Collections.Concurrent;
using LusEdge.Health;
using LusEdge.Machine;
using LusEdge.Results;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LusEdge.Publish.Events;

/// <summary>
/// Keeps events until the broker has acknowledged them and then answered a ping. Only the store's thread touches the disk, in the
/// order of the calls: appending never waits, reading is awaited. Events that can't be written now (the file is locked, the disk
/// is full or hangs) wait in memory and are tried again every second. A file that is found damaged, deleted or replaced is
/// replaced by a new one with every event that can still be read.
/// </summary>
internal sealed class EventStore : IDisposable
{
    /// <summary>Over ten hours of clips. Beyond that, events are counted as not stored.</summary>
    private const int MaxWaiting = 8192;

    /// <summary>Maximum number of events per commit.</summary>
    private const int BatchSize = 64;

    /// <summary>After a power failure, opening the file recovers it first, which takes a while on a slow card.</summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    /// <summary>How long health tells of an incident that is over: nobody may be looking at the moment.</summary>
    private static readonly TimeSpan IncidentPeriod = TimeSpan.FromHours(1);

    private readonly string _file;
    private readonly EventFiles _files;
    private readonly long _maxBytes;
    private readonly HealthBoard _board;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly BlockingCollection<Work> _work = [];
    private readonly ConcurrentQueue<NewEvent> _waiting = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventDatabase? _database;
    private volatile string? _lastError;
    private volatile bool _startIsWaiting = true;
    private long _closeBy = long.MaxValue;
    private bool _isCommitDue;
    private bool _isFull;
    private bool _isDamaged;
    private long? _damagedAt;
    private long? _replacedAt;
    private long _discardedBefore;
    private long _damagedBefore;
    private long _lastId;
    private long _depth;
    private long _refused;
    private long _discarded;
    private long _damaged;
    private long _notStored;

    private EventStore(string file, long maxBytes, HealthBoard board, TimeProvider time, ILogger log)
    {
        _file = file;
        _files = new EventFiles(file);
        _maxBytes = maxBytes;
        _board = board;
        _time = time;
        _log = log;
    }

    /// <summary>Set after each commit.</summary>
    public WakeSignal Committed { get; } = new();

    /// <summary>The highest id on the disk so far.</summary>
    public long LastId => Interlocked.Read(ref _lastId);

    /// <summary>Unacknowledged events: on the disk, including refused ones, or still in memory.</summary>
    public long Depth => Interlocked.Read(ref _depth) + _waiting.Count;

    /// <summary>Events that are not on the disk yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Events that the broker refuses.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Events deleted unsent to make room since the start.</summary>
    public long Discarded => Interlocked.Read(ref _discarded);

    /// <summary>Events found damaged, and never sent, since the start.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Events that could not be stored since the start.</summary>
    public long NotStored => Interlocked.Read(ref _notStored);

    /// <summary>
    /// Opens the store, or creates it. A damaged file is set aside. A file that is locked, or on a disk that hangs, is waited for
    /// in the background: the service's start does not depend on the disk.
    /// </summary>
    /// <param name="file">The database file; its folder is created if it is missing.</param>
    /// <param name="maxBytes">Its maximum size in bytes.</param>
    /// <param name="board">Told when events can't be kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="EventStoreException">The file can't be opened or written.</exception>
    public static async Task<EventStore> OpenAsync(string file, long maxBytes, HealthBoard board, TimeProvider time, ILogger log)
    {
        var store = new EventStore(file, maxBytes, board, time, log);
        new Thread(store.Run) { Name = "events", IsBackground = true }.Start();
        Task first = await Task.WhenAny(store._opened.Task, Task.Delay(OpenTimeout, time)).ConfigureAwait(false);
        store._startIsWaiting = false;
        if (first == store._opened.Task) await first.ConfigureAwait(false);
        else store.Failed("it does not answer");
        return store;
    }

    /// <summary>
    /// Keeps an event. Returns at once; <see cref="Committed"/> is set when it is on the disk. If there is no room, the event is
    /// counted as not stored; nothing is thrown.
    /// </summary>
    public void Append(NewEvent added)
    {
        if (_waiting.Count >= MaxWaiting || added.Payload.Length > EventDatabase.LargestEvent)
        {
            if (NotStored == 0) _log.EventNotStored(added.Topic, _file);
            Interlocked.Increment(ref _notStored);
            return;
        }

        _waiting.Enqueue(added);
        if (Interlocked.Exchange(ref _isCommitDue, true)) return;
        Post(_ =>
        {
            IsNoLongerDue();
            Commit();
        }, giveUp: IsNoLongerDue);

        // Reset before the commit, so that a later append requests another. Only one is queued at a time: on a slow disk they
        // would pile up.
        void IsNoLongerDue() => Interlocked.Exchange(ref _isCommitDue, false);
    }

    /// <inheritdoc cref="EventDatabase.Read"/>
    public Task<IReadOnlyList<StoredEvent>> ReadAsync(
        long after, long upTo, int limit, IReadOnlyCollection<string>? exceptTopics = null)
    {
        string[] except = [.. exceptTopics ?? []];
        return QueryAsync(database => database.Read(after, upTo, limit, except));
    }

    /// <inheritdoc cref="EventDatabase.OldestByTopic"/>
    public Task<IReadOnlyList<StoredEvent>> OldestByTopicAsync() => QueryAsync(database => database.OldestByTopic());

    /// <inheritdoc cref="EventDatabase.Acknowledged"/>
    public void Acknowledged(IReadOnlyCollection<long> ids)
    {
        if (ids.Count > 0) Post(database => database.Acknowledged(ids));
    }

    /// <inheritdoc cref="EventDatabase.PingSent"/>
    public void PingSent() => Post(database => database.PingSent());

    /// <inheritdoc cref="EventDatabase.PingAnswered"/>
    public void PingAnswered() => Post(database => database.PingAnswered());

    /// <inheritdoc cref="EventDatabase.ConnectionLost"/>
    public void ConnectionLost() => Post(database => database.ConnectionLost());

    /// <inheritdoc cref="EventDatabase.SetAside"/>
    public void SetAside(long id, int reason) => Post(database => database.SetAside(id, reason));

    /// <inheritdoc cref="EventDatabase.SetAsideDamaged"/>
    public void SetAsideDamaged(long id) => Post(database => database.SetAsideDamaged(id));

    /// <inheritdoc cref="EventDatabase.RetryRefused"/>
    public void RetryRefused() => Post(database => database.RetryRefused());

    /// <summary>
    /// Commits what waits, closes the file and ends the thread. If the disk hangs, the thread ends with the process.
    /// </summary>
    /// <param name="timeout">How long to wait for the disk.</param>
    public async Task CloseAsync(TimeSpan timeout)
    {
        Interlocked.Exchange(ref _closeBy, _time.GetTimestamp() + (long)(timeout.TotalSeconds * _time.TimestampFrequency));
        _work.CompleteAdding();
        await Task.WhenAny(_ended.Task, Task.Delay(timeout, _time)).ConfigureAwait(false);
        if (!_waiting.IsEmpty) _log.EventsLost(_file, _waiting.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Committed.Dispose();
        if (_ended.Task.IsCompleted) _work.Dispose();
    }

    private bool Post(Action<EventDatabase> work, Action? giveUp = null)
    {
        try
        {
            _work.Add(new Work(work, giveUp));
            return true;
        }
        catch (InvalidOperationException)
        {
            // Closed: an event acknowledged after that is sent again after the next start.
            return false;
        }
    }

    private Task<IReadOnlyList<StoredEvent>> QueryAsync(Func<EventDatabase, IReadOnlyList<StoredEvent>> query)
    {
        // If the file can't be read, there is nothing to send for now.
        var answer = new TaskCompletionSource<IReadOnlyList<StoredEvent>>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Answer(EventDatabase database)
        {
            Commit();
            answer.SetResult(query(database));
        }

        if (!Post(Answer, () => answer.TrySetResult([]))) answer.SetResult([]);
        return answer.Task;
    }

    private void Run()
    {
        if (!TryOpenFirst()) return;
        using var pause = new ManualResetEventSlim();
        do
        {
            // Every second even without work: for what is left to write, and to see that the file is still there.
            bool hasWork = _work.TryTake(out Work work, RetryPeriod);
            try
            {
                UseFile();
                if (hasWork) work.Act(_database!);
                else if (!_waiting.IsEmpty) Commit();
                else if (_lastError is not null) _database!.TryWrite();
                PublishCounts();
                Succeeded();
            }
            catch (Exception e) // The top of the thread: whatever the disk does, events wait in memory and are retried.
            {
                if (hasWork) work.GiveUp?.Invoke();
                Failed(e.Message);
                _isDamaged |= _database is not null && e is SqliteException damage && EventDatabase.IsDamage(damage);
                if (_work.IsCompleted) pause.Wait(RetryPeriod / 10);
            }
        }
        while (!_work.IsCompleted || (IsUnfinished() && _time.GetTimestamp() < Interlocked.Read(ref _closeBy)));

        CloseDatabase();
        _ended.SetResult();

        bool IsUnfinished() => !_waiting.IsEmpty || (_database is not null && _files.HaveChanged());
    }

    /// <summary>A wrong path shows at once and fails the start; a disk error may be transient.</summary>
    private bool TryOpenFirst()
    {
        try
        {
            OpenDatabase();
            Succeeded();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            if (!_startIsWaiting || (e is SqliteException busy && EventDatabase.IsLock(busy)))
            {
                Failed(e.Message);
                _opened.TrySetResult();
                return true;
            }

            _ended.SetResult();
            _opened.SetException(new EventStoreException(
                $"Mqtt:EventsDatabase: {_file} can't be opened ({e.Message}). "
                + "Check that its folder is writable and has free space, or choose another.",
                e));
            return false;
        }

        _opened.TrySetResult();
        return true;
    }

    /// <summary>
    /// Commits what waits now, but not what comes meanwhile: on a slow disk that would never end and block every read.
    /// </summary>
    private void Commit()
    {
        for (int left = _waiting.Count; left > 0; left -= BatchSize)
        {
            NewEvent[] batch = [.. _waiting.Take(Math.Min(left, BatchSize))];
            _database!.Append(batch);
            // In this order: an event that no longer waits must already be visible on the disk.
            PublishCounts();
            foreach (NewEvent _ in batch) _waiting.TryDequeue(out NewEvent? _);
            Committed.Set();
        }
    }

    /// <summary>Copies the counts for other threads, and raises or clears the conditions that follow from them.</summary>
    private void PublishCounts()
    {
        long discarded = _discardedBefore + _database!.Discarded;
        long damaged = _damagedBefore + _database.Damaged;
        Interlocked.Exchange(ref _lastId, _database.LastId);
        Interlocked.Exchange(ref _depth, _database.Depth);
        Interlocked.Exchange(ref _refused, _database.Refused);
        if (Interlocked.Exchange(ref _damaged, damaged) < damaged)
        {
            if (_damagedAt is null) _log.EventsDamaged(_file);
            _damagedAt = _time.GetTimestamp();
        }

        bool discards = Interlocked.Exchange(ref _discarded, discarded) < discarded;
        if (discards && !_isFull) _log.EventsDiscarded(_file);
        _isFull = discards || (_isFull && _database.Depth > 0);
        _board.Set(
            HealthCode.EventStoreFull,
            _isFull
                ? "The event store is full, and the oldest events were discarded unsent. "
                    + "Find out why the broker does not accept events, or raise Mqtt:EventsMaxBytes."
                : null);
        _board.Set(
            HealthCode.EventsRefused,
            _database.Refused > 0
                ? "The broker refuses events; they are retried on the next connection. "
                    + "Allow the device to publish below its own prefix, in packets of this size."
                : null);
        _board.Set(
            HealthCode.EventsDamaged,
            IsRecent(_damagedAt)
                ? $"Events in {_file} were damaged and can't be sent (metrics: outbox.damaged). Check the disk: it may fail."
                : null);
        _board.Set(
            HealthCode.EventStoreReplaced,
            IsRecent(_replacedAt)
                ? $"{_file} was deleted or replaced while in use, and was written again. Stop the service before you touch it."
                : null);
        if (!IsRecent(_damagedAt)) _damagedAt = null;

        bool IsRecent(long? at) => at is { } then && _time.GetElapsedTime(then) < IncidentPeriod;
    }

    /// <summary>Opens the file, or replaces it if it is damaged or no longer where it was.</summary>
    private void UseFile()
    {
        if (_database is null) OpenDatabase();
        else if (_isDamaged) Replace(isDamaged: true);
        else if (_files.HaveChanged()) Replace(isDamaged: false);
    }

    private void OpenDatabase()
    {
        _files.Resume();
        try
        {
            _database = EventDatabase.Open(_file, _maxBytes);
        }
        catch (SqliteException e) when (EventDatabase.IsDamage(e))
        {
            // Not a database at all: nothing in it can be read.
            _log.EventStoreDamaged(_file, _files.SetAside("damaged", withOurs: true, _time.GetUtcNow()), e.Message);
            _database = EventDatabase.Open(_file, _maxBytes);
        }

        _files.Opened();
        try
        {
            _database.Load(LastId);
            _files.Opened();
            PublishCounts();
        }
        catch (SqliteException e) when (EventDatabase.IsDamage(e))
        {
            _isDamaged = true;
            Replace(isDamaged: true);
        }
        catch
        {
            CloseDatabase();
            throw;
        }
    }

    /// <summary>
    /// Writes every event that can still be read to a new file. It takes the place of the old one only once it is complete, so
    /// an event stays in memory, in the old file or in the new one. While this fails, it is tried again every second.
    /// </summary>
    private void Replace(bool isDamaged)
    {
        _files.Prepare();
        long lost;
        // The copy of a full file may be a little larger.
        using (EventDatabase copy = EventDatabase.Open(_files.Replacement, 2 * _maxBytes)) lost = _database!.CopyTo(copy);
        FileIdentity? replacement = _files.ReplacementIdentity;
        string? aside = _files.Replace(isDamaged ? "damaged" : "replaced", keepOurs: isDamaged, _time.GetUtcNow());

        // The old file is closed only once the new one is open: until then the new one could be deleted as well.
        EventDatabase? fresh = null;
        try
        {
            fresh = EventDatabase.Open(_file, _maxBytes);
            fresh.Load(LastId);
            if (LibC.Identity(_file) != replacement) throw new IOException("it was deleted or replaced again");
        }
        catch
        {
            fresh?.Abandon();
            throw;
        }

        CloseDatabase();
        _database = fresh;
        _files.Opened(replacement);
        _isDamaged = false;
        _damagedBefore += lost;
        if (isDamaged)
        {
            _log.EventStoreDamaged(_file, aside ?? "-", $"{lost} events can't be read");
        }
        else
        {
            _log.EventStoreReplaced(_file, aside is null ? "" : $"; the file that was put there is now {aside}");
            _replacedAt = _time.GetTimestamp();
        }

        PublishCounts();
        // The ids that the delivery has not sent yet may have changed.
        Committed.Set();
    }

    private void CloseDatabase()
    {
        _discardedBefore += _database?.Discarded ?? 0;
        _damagedBefore += _database?.Damaged ?? 0;
        // Closing would empty the log into a file that is gone, and then delete the log by its name: that of the new file.
        if (_files.HaveChanged()) _database?.Abandon();
        else _database?.Dispose();
        _database = null;
        _files.Closed();
    }

    private void Succeeded()
    {
        if (_lastError is null) return;
        _lastError = null;
        _log.EventStoreRecovered(_file);
        _board.Clear(HealthCode.EventStoreFailed);
        // Whoever could not read meanwhile can go on.
        Committed.Set();
    }

    private void Failed(string message)
    {
        string error = message.TrimEnd('.');
        if (_lastError is null) _log.EventStoreFailed(_file, error);
        _lastError = error;
        _board.Raise(
            HealthCode.EventStoreFailed,
            $"Events can't be written to {_file} ({error}). They wait in memory. Unlock the file or free space on its disk.");
    }

    /// <summary>Work for the store's thread.</summary>
    /// <param name="Act">The work.</param>
    /// <param name="GiveUp">Called instead, or afterwards, if the file can't be used now.</param>
    private readonly record struct Work(Action<EventDatabase> Act, Action? GiveUp);
}
