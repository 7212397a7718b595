using System.Diagnostics;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Judge;
using LusEdge.Metering;
using LusEdge.Models;
using LusEdge.Publish;
using LusEdge.Publish.Connection;
using LusEdge.Results;
using LusEdge.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>A publisher with a simulated pipeline and a folder for its events.</summary>
internal sealed class PublisherRig : IAsyncDisposable
{
    public static readonly ModelInUse Model = new(
        "lus-severity-7",
        "lus-severity-7@1:9f86d081",
        new string('9', 64),
        new ScoringScheme("sanmatteo-7", ["0", "0*", "1", "1*", "2", "2*", "3"], [0, 0, 1, 1, 2, 2, 3]),
        "auto",
        "cpu",
        "fp32",
        new Dictionary<string, string> { ["cuda"] = "no device" },
        DemonstrationOnly: true);

    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-events-").FullName;
    private readonly float[] _p = [0.01f, 0.02f, 0.03f, 0.0449f, 0.8751f, 0.01f, 0.01f];
    private readonly CancellationTokenSource _stop = new();
    private MqttPublisher? _publisher;
    private Task _feed = Task.CompletedTask;
    private long _frame;

    private PublisherRig(MqttOptions options) =>
        Options = options with { Site = "ward-7", EventsDatabase = Path.Combine(_folder, "events.db") };

    public MqttOptions Options { get; }

    public Topics Topics { get; } = new("ward-7", "lus-0123456789ab");

    public PipelineMeter Meter { get; } = new(TimeProvider.System);

    public HealthBoard Board { get; } = new();

    /// <summary>The pipeline's sink; new with each start.</summary>
    public ReadingFanOut Results { get; private set; } = new(Model, TimeProvider.System);

    /// <summary>The system clock that the publisher sees.</summary>
    public SettableClock Clock { get; } = new();

    public FakeLogCollector Log { get; } = new();

    /// <summary>Events on the disk.</summary>
    public long StoredEvents
    {
        get
        {
            using var connection = new SqliteConnection($"Data Source={Options.EventsDatabase};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM events";
            return (long)command.ExecuteScalar()!;
        }
    }

    public MqttPublisher Publisher => _publisher!;

    /// <summary>Starts a publisher for a broker on loopback.</summary>
    public static async Task<PublisherRig> StartAsync(int port, Func<MqttOptions, MqttOptions>? change = null)
    {
        var options = new MqttOptions { Port = port };
        var rig = new PublisherRig(change?.Invoke(options) ?? options);
        await rig.RestartAsync();
        return rig;
    }

    /// <summary>Starts another publisher on the same events, as after a service restart.</summary>
    public async Task RestartAsync()
    {
        Results = new ReadingFanOut(Model, TimeProvider.System);
        new ModelHealth(() => Model, Board).Look();
        _publisher = await MqttPublisher.StartAsync(
            Options, Topics, Results.Subscribe(), Meter, Board, Clock, new FakeLogger<MqttPublisher>(Log));
    }

    /// <summary>Announces that no verdict comes.</summary>
    public void Announce(FrameState state, DateTimeOffset since, string? cause = null) =>
        Results.Announce(new Announcement(state, Timestamp(since), cause));

    /// <summary>Grades 25 frames per second from now on.</summary>
    public void StartFeed() => _feed = FeedAsync();

    /// <summary>Ends the feed.</summary>
    public async Task StopFeedAsync()
    {
        await _stop.CancelAsync();
        await _feed;
    }

    /// <summary>Passes one frame through the pipeline.</summary>
    public void Frame(FrameState state = FrameState.Live)
    {
        Meter.Ledger.Captured();
        Score? score = state == FrameState.Live ? new Score(2, "2", _p) : null;
        Results.Frame(new FrameReading(_frame++, null, Now, state, score, score, TimeSpan.FromMilliseconds(18.4))
        {
            Signal = state,
            Timestamp = TimeProvider.System.GetTimestamp(),
            MaxAge = SignalJudge.MaxAge(TimeSpan.FromMilliseconds(40)),
            Quality = state is FrameState.Live or FrameState.Ood ? 0.12345f : null,
        });
        Meter.Latency.Add(TimeSpan.FromMilliseconds(18.4));
        Meter.Ledger.Completed(state);
        Meter.Ledger.Released();
    }

    /// <summary>Ends a clip.</summary>
    public void Clip(string? reason = null) => Results.Clip(new ClipSummary(
        0,
        149,
        Now - TimeSpan.FromSeconds(6),
        Now,
        150,
        reason is null ? 149 : 1,
        "held-12f-25pct-min25",
        reason is null ? 2 : null,
        reason is null ? "2" : null,
        _p,
        [0, 0, 0, 9, 140, 0, 0],
        new Dictionary<FrameState, int> { [FrameState.Frozen] = 1 },
        reason)
    {
        Zone = reason is null ? "right-anterior-upper" : null,
    });

    /// <summary>Stops cleanly, and returns how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        await StopFeedAsync();
        long start = Stopwatch.GetTimestamp();
        Results.Complete();
        await Publisher.DisposeAsync();
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (FakeLogRecord entry in Log.GetSnapshot()) TestContext.Current.TestOutputHelper?.WriteLine(entry.ToString());
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static long Timestamp(DateTimeOffset at) => TimeProvider.System.GetTimestamp()
        - ((Now - at).Ticks * TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private async Task FeedAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(40));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) Frame();
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
