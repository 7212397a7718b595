using System.Collections.Concurrent;
using LusEdge.Health;
using LusEdge.Results;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LusEdge.Publish.Events;

/// <summary>
/// Keeps events until the broker has acknowledged them and then answered a ping. Only the store's thread touches the disk, in the
/// order of the calls: appending never waits, reading is awaited. Events that can't be written now (the file is locked, the disk
/// is full or hangs) wait in memory and are tried again every second.
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

    private readonly string _file;
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
    private long _discardedBefore;
    private long _lastId;
    private long _depth;
    private long _refused;
    private long _discarded;
    private long _notStored;

    private EventStore(string file, long maxBytes, HealthBoard board, TimeProvider time, ILogger log)
    {
        _file = file;
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
            // With something left to write, retry even if no work comes in.
            TimeSpan wait = _waiting.IsEmpty && _database is not null ? Timeout.InfiniteTimeSpan : RetryPeriod;
            bool hasWork = _work.TryTake(out Work work, wait);
            try
            {
                if (_database is null) OpenDatabase();
                if (hasWork) work.Act(_database!);
                else Commit();
                PublishCounts();
                Succeeded();
            }
            catch (Exception e) // The top of the thread: whatever the disk does, events wait in memory and are retried.
            {
                if (hasWork) work.GiveUp?.Invoke();
                Failed(e.Message);
                if (e is SqliteException damage && EventDatabase.IsDamage(damage)) CloseDatabase();
                if (_work.IsCompleted) pause.Wait(RetryPeriod / 10);
            }
        }
        while (!_work.IsCompleted || (!_waiting.IsEmpty && _time.GetTimestamp() < Interlocked.Read(ref _closeBy)));

        CloseDatabase();
        _ended.SetResult();
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
        Interlocked.Exchange(ref _lastId, _database.LastId);
        Interlocked.Exchange(ref _depth, _database.Depth);
        Interlocked.Exchange(ref _refused, _database.Refused);
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
                    + "Allow the device to publish below its own prefix."
                : null);
    }

    private void OpenDatabase()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder) Directory.CreateDirectory(folder);
        try
        {
            _database = EventDatabase.Open(_file, _maxBytes);
        }
        catch (SqliteException e) when (EventDatabase.IsDamage(e))
        {
            string aside = $"{_file}.damaged-{_time.GetUtcNow():yyyyMMddHHmmss}";
            File.Move(_file, aside, overwrite: true);
            File.Delete(_file + "-wal");
            File.Delete(_file + "-shm");
            _log.EventStoreDamaged(_file, aside, e.Message);
            _database = EventDatabase.Open(_file, _maxBytes);
        }

        PublishCounts();
    }

    private void CloseDatabase()
    {
        _discardedBefore = Discarded;
        _database?.Dispose();
        _database = null;
    }

    private void Succeeded()
    {
        if (_lastError is null) return;
        _lastError = null;
        _log.EventStoreRecovered(_file);
        _board.Clear(HealthCode.EventStoreFailed);
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
