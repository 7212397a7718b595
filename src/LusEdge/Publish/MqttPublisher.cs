using System.Security.Cryptography;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Metering;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Events;
using LusEdge.Publish.Messages;
using LusEdge.Publish.Status;
using LusEdge.Publish.Telemetry;
using LusEdge.Results;
using LusEdge.Secrets;
using Microsoft.Extensions.Logging;
using MQTTnet.Exceptions;

namespace LusEdge.Publish;

/// <summary>
/// Publishes the pipeline's results to a broker. It reads them from its own queue; a supervisor keeps a connection open and
/// runs four loops on it:
/// <code>
/// ReadingSubscription, frames -> TelemetrySender -> frame, frames, live            (QoS 0, not stored)
/// ReadingSubscription, clips  -> EventStore      -> EventDelivery -> event/clip    (QoS 1, stored until delivered)
/// HealthBoard, meter   -> StatusReporter  -> info, availability, health, metrics
///                         pings           -> detect a connection that only looks alive
/// </code>
/// No loop waits for the disk; only the store's thread does. An absent broker is a state, not an error: the publisher keeps
/// trying, and counts the frames it could not send meanwhile as a gap.
/// </summary>
public sealed class MqttPublisher : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(3);
    private const int PingsMissed = 2;

    /// <summary>After a connection that held this long, the first reconnect is quick.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReasonDelay = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan DrainPollPeriod = TimeSpan.FromMilliseconds(10);

    private readonly MqttOptions _options;
    private readonly Topics _topics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HealthBoard _board;
    private readonly SecretMask _mask;
    private readonly TopicTable _table;
    private readonly MessageWriter _writer;
    private readonly ReadingSubscription _readings;
    private readonly EventStore _store;
    private readonly TelemetryLoss _loss = new();
    private readonly BrokerRefusals _refusals;
    private readonly TelemetrySender _telemetry;
    private readonly EventDelivery _events;
    private readonly DuplicateWatch _duplicates;
    private readonly StatusReporter _status;
    private readonly ReconnectDelay _delay = new(Random.Shared);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort;
    private readonly Task _clips;
    private readonly Task _supervisor;
    private TimeSpan _goodbyeTimeout;
    private long _attempts;
    private string? _lastError;
    private string _lastFlaws = "";
    private bool _disposed;

    private MqttPublisher(
        MqttOptions options,
        Topics topics,
        ReadingSubscription readings,
        PipelineMeter meter,
        HealthBoard board,
        EventStore store,
        long bootNumber,
        TimeProvider time,
        ILogger log)
    {
        _options = options;
        _topics = topics;
        _time = time;
        _log = log;
        _board = board;
        _mask = options.Mask();
        _readings = readings;
        _store = store;
        _table = new TopicTable(topics);
        _writer = new MessageWriter(topics, _table, options.Frames, Guid.CreateVersion7(time.GetUtcNow()), bootNumber, time);
        _refusals = new BrokerRefusals(board, log);
        _telemetry = new TelemetrySender(readings, _table, _writer, options.Frames, _loss, _refusals, meter.Ledger, time);
        _events = new EventDelivery(store, _table, options.MaxResendsPerSecond, _refusals, board, time, log);
        _duplicates = new DuplicateWatch(_table.Availability, _writer.Boot, board, time, log);
        _status = new StatusReporter(
            _table, _writer, readings, board, store, _events, _duplicates, _loss, _refusals, new MeterReader(meter, time), time);
        _abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _clips = Task.Run(StoreClipsAsync);
        _supervisor = Task.Run(SuperviseAsync);
    }

    /// <summary>Opens the event store and starts connecting to the broker, without waiting for it.</summary>
    /// <param name="options">Where and how to publish.</param>
    /// <param name="topics">The device's topics.</param>
    /// <param name="readings">The results; read by this publisher only.</param>
    /// <param name="meter">The pipeline's figures.</param>
    /// <param name="board">The device's health; problems with the broker and the store are raised here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="EventStoreException">The event store can't be opened.</exception>
    public static async Task<MqttPublisher> StartAsync(
        MqttOptions options,
        Topics topics,
        ReadingSubscription readings,
        PipelineMeter meter,
        HealthBoard board,
        TimeProvider time,
        ILogger<MqttPublisher> logger)
    {
        EventStore store = await EventStore.OpenAsync(options.EventsDatabase, options.EventsMaxBytes, board, time, logger)
            .ConfigureAwait(false);
        long number = await BootNumber.NextAsync(BootNumber.FileFor(options.EventsDatabase), time, logger).ConfigureAwait(false);
        return new MqttPublisher(options, topics, readings, meter, board, store, number, time, logger);
    }

    /// <summary>
    /// Sends what is queued, announces the stop, disconnects and closes the store. Unsent events stay in the store. Call it after
    /// the pipeline has ended.
    /// </summary>
    /// <param name="goodbyeTimeout">Limit for everything up to the disconnect; a third of it is for what is queued.</param>
    /// <param name="closeTimeout">Limit for the disk after that.</param>
    public async Task StopAsync(TimeSpan goodbyeTimeout, TimeSpan closeTimeout)
    {
        if (_disposed) return;
        _disposed = true;
        _goodbyeTimeout = goodbyeTimeout;
        _abort.CancelAfter(goodbyeTimeout);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _supervisor.ConfigureAwait(false);
        await Task.WhenAny(_clips, Task.Delay(closeTimeout, _time)).ConfigureAwait(false);
        await _store.CloseAsync(closeTimeout).ConfigureAwait(false);
        _store.Dispose();
        _status.Dispose();
        _telemetry.Dispose();
        _stopping.Dispose();
        _abort.Dispose();
    }

    /// <summary>Stops, within three seconds.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(0.7)));

    /// <summary>Moves clips from the pipeline to the store, which writes on its own thread. Ends with the run.</summary>
    private async Task StoreClipsAsync()
    {
        using var json = new JsonBuffer();
        await foreach (ClosedClip closed in _readings.Clips.ReadAllAsync().ConfigureAwait(false))
        {
            ClipMessage clip = _writer.Clip(closed);
            byte[] payload = json.Write(clip, LusEdgeJson.Default.ClipMessage).ToArray();
            _store.Append(new NewEvent(_table.Clip.Topic, payload, clip.Boot, clip.Seq, clip.T));
        }
    }

    private async Task SuperviseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            string? error = null;
            try
            {
                error = await ConnectAndServeAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is MqttCommunicationException
                or IOException or UnauthorizedAccessException or CryptographicException or OperationCanceledException)
            {
                error = (e.InnerException?.Message ?? e.Message).TrimEnd('.');
            }
            catch (Exception e) // The top of the loop: whatever went wrong, another connection is worth a try.
            {
                _log.SupervisorFault(_mask.Mask(e.ToString()));
            }

            TimeSpan delay = _duplicates.IsContested ? _delay.NextContested() : _delay.Next();
            if (_duplicates.IsContested) _log.ReconnectSlowed(delay);
            if (error is not null && error != _lastError)
            {
                _lastError = error;
                _log.NotConnected(Address.ShowHost(_options.Host), _options.Port, _mask.Mask(error), delay);
            }

            await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection, from the attempt to its end.</summary>
    /// <returns>Why it could not be made; null if it was.</returns>
    private async Task<string?> ConnectAndServeAsync()
    {
        long number = _attempts++;
        byte[] will = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            _writer.Availability(number, Availability.Lost), LusEdgeJson.Default.AvailabilityMessage);
        BrokerAnswer answer = await BrokerConnection.OpenAsync(
            ClientOptions.For(_options, _topics.Device, _topics.Device, _table.Availability, will, ConnectTimeout),
            _stopping.Token).ConfigureAwait(false);
        ReportFlaws(answer.Flaws);
        if (answer.Connection is null) return answer.Refusal;

        await using BrokerConnection connection = answer.Connection;
        _lastError = null;
        _log.Connected(Address.ShowHost(_options.Host), _options.Port, connection.Window);
        _refusals.Connected();
        long since = _time.GetTimestamp();
        await ServeAsync(connection, number).ConfigureAwait(false);
        if (_time.GetElapsedTime(since) > StableAfter) _delay.Reset();
        return null;
    }

    /// <summary>Reports what the broker does not allow, and clears it once it does.</summary>
    private void ReportFlaws(IReadOnlyList<BrokerFlaw> flaws)
    {
        BrokerFlaw[] fatal = [.. flaws.Where(flaw => flaw.IsFatal)];
        string words = string.Join(", and ", fatal.Select(flaw => $"{flaw.Lack} (mosquitto.conf: {flaw.Setting})"));
        if (words.Length > 0 && words != _lastFlaws) _log.BrokerUnsuitable(_options.Host, _options.Port, words);
        _lastFlaws = words;
        _board.Set(
            HealthCode.BrokerUnsuitable,
            words.Length > 0 ? $"The broker is not suitable: it {words}. Change its settings." : null);
    }

    private async Task ServeAsync(BrokerConnection connection, long number)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        Task<string> pings = PingAsync(connection, _time.GetTimestamp(), end.Token);
        Task work = WorkAsync(connection, number, end.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = _stopping.Token.Register(stopped.SetResult);

        Task first = await Task.WhenAny(connection.Lost, pings, work, stopped.Task).ConfigureAwait(false);
        if (first == stopped.Task)
        {
            await SayGoodbyeAsync(connection, number, pings, work, end).ConfigureAwait(false);
            return;
        }

        try
        {
            // Work that fails because the connection broke can notice it first, but the broker's reason comes with the loss.
            if (first == work) await Task.WhenAny(connection.Lost, Task.Delay(ReasonDelay, _time)).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            string reason = connection.Lost.IsCompleted ? await connection.Lost.ConfigureAwait(false)
                : first == pings ? await ReasonOf(pings).ConfigureAwait(false)
                : await ReasonOf(work).ConfigureAwait(false);
            _log.ConnectionLost(Address.ShowHost(_options.Host), _options.Port, _mask.Mask(reason));
            if (connection.WasTakenOver) _duplicates.TakenOver();
            await connection.DisposeAsync().ConfigureAwait(false);
            await WaitForEndAsync(pings, work).ConfigureAwait(false);
        }
        finally
        {
            // Whatever the library throws, what was lost with the connection is counted.
            _loss.ConnectionLost();
            _store.ConnectionLost();
        }
    }

    private async Task WorkAsync(BrokerConnection connection, long number, CancellationToken stop)
    {
        await _status.AnnounceAsync(connection, number, stop).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] loops =
        [
            _telemetry.RunAsync(connection, end.Token),
            _events.RunAsync(connection, end.Token),
            _status.RunAsync(connection, end.Token),
        ];
        Task first = await Task.WhenAny(loops).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await WaitForEndAsync(loops).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    /// <summary>Pings the broker: sending alone does not notice a broker that hangs.</summary>
    /// <returns>Why the connection should be dropped.</returns>
    private async Task<string> PingAsync(BrokerConnection connection, long since, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(PingPeriod, _time);
        int missed = 0;
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            _duplicates.Look(since);
            _loss.PingSent();
            _store.PingSent();
            if (await connection.PingAsync(PingTimeout, _time, stop).ConfigureAwait(false))
            {
                _loss.PingAnswered();

                // The first answer after a missed ping may belong to the missed one. The library's keep-alive can take an answer
                // too, but that shifts it by a moment only, not by a whole ping.
                if (missed == 0) _store.PingAnswered();
                missed = 0;
                continue;
            }

            _log.PingMissed(PingTimeout);
            if (++missed == PingsMissed) break;
        }

        return $"{PingsMissed} pings were not answered";
    }

    private async Task SayGoodbyeAsync(
        BrokerConnection connection, long number, Task pings, Task work, CancellationTokenSource end)
    {
        TimeSpan third = _goodbyeTimeout / 3;
        long start = _time.GetTimestamp();
        while ((!_readings.IsEmpty || !_clips.IsCompleted || !_events.IsIdle)
            && !work.IsCompleted && _time.GetElapsedTime(start) < third)
        {
            await Task.Delay(DrainPollPeriod, _time, CancellationToken.None).ConfigureAwait(false);
        }

        await end.CancelAsync().ConfigureAwait(false);
        await WaitForEndAsync(pings, work).ConfigureAwait(false);
        using var late = new CancellationTokenSource(third, _time);
        try
        {
            // A stop is clean only if the broker acknowledged it. Otherwise the will must be published.
            _store.PingSent();
            if (await _status.AnnounceOfflineAsync(connection, number, late.Token).ConfigureAwait(false))
            {
                // That acknowledgement counts like the answer to a ping.
                _store.PingAnswered();
                await connection.DisconnectAsync(late.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException)
        {
            _log.GoodbyeFailed(_mask.Mask(e.Message));
        }
    }

    /// <summary>
    /// Waits for loops that were told to end. Their exceptions were handled before, or come from the cancellation.
    /// </summary>
    private static async Task WaitForEndAsync(params Task[] loops)
    {
        foreach (Task loop in loops) await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<string> ReasonOf(Task ended)
    {
        try
        {
            if (ended is Task<string> withReason) return await withReason.ConfigureAwait(false);
            await ended.ConfigureAwait(false);
            return "ended";
        }
        catch (Exception e) // Only the message is needed: the connection is over either way.
        {
            return e.InnerException?.Message ?? e.Message;
        }
    }
}
