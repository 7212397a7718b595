using System.Reflection;
using System.Runtime.InteropServices;
using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Machine;
using LusEdge.Metering;
using LusEdge.Results;

namespace LusEdge.Publish.Messages;

/// <summary>
/// Builds the contract's messages. Only one loop takes each topic's sequence numbers: for clips, the one that stores them; for
/// the others, the one that sends them.
/// </summary>
/// <param name="topics">The device's topics.</param>
/// <param name="table">How each topic is published.</param>
/// <param name="delivery">How single frames are published.</param>
/// <param name="boot">The identity of this start of the service.</param>
/// <param name="bootNumber">Its number: later starts have higher ones, whatever the clock says.</param>
/// <param name="time">The clock.</param>
internal sealed class MessageWriter(
    Topics topics, TopicTable table, FrameDelivery delivery, Guid boot, long bootNumber, TimeProvider time)
{
    private readonly UtcClock _utc = new(time);
    private long _frameSeq;
    private long _framesSeq;
    private long _liveSeq;
    private long _clipSeq;
    private long _infoSeq;
    private long _healthSeq;
    private long _metricsSeq;

    /// <summary>The identity of this start of the service.</summary>
    public Guid Boot => boot;

    public FrameMessage Frame(QueuedReading reading)
    {
        ScoreCopy? score = reading.Score;
        return new FrameMessage
        {
            Boot = boot,
            BootNumber = bootNumber,
            Seq = _frameSeq++,
            T = reading.At,
            Clk = Clock(),
            Frame = reading.Frame!.Value,
            State = reading.State,
            Severity = score?.Severity,
            Grade = score?.Grade,
            P = score is null ? null : Rounded(score.P),
            Quality = Rounded(reading.Quality),
            LatMs = Milliseconds(reading.Latency),
            Scheme = reading.Model.Scheme.Id,
            Model = reading.Model.Reference,
            Provider = reading.Model.Provider,
            Precision = reading.Model.Precision,
            DemonstrationOnly = reading.Model.DemonstrationOnly,
        };
    }

    /// <summary>The newest live reading.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="since">Since when its state has held, as a timestamp of the clock.</param>
    public LiveMessage Live(QueuedReading reading, long since)
    {
        ScoreCopy? score = reading.Smoothed;
        return new LiveMessage
        {
            Boot = boot,
            BootNumber = bootNumber,
            Seq = _liveSeq++,
            T = reading.At,
            Clk = Clock(),
            Frame = reading.Frame,
            State = reading.Signal,
            Since = _utc.At(since),
            Severity = score?.Severity,
            Grade = score?.Grade,
            P = score is null ? null : Rounded(score.P),
            Quality = Rounded(reading.Quality),
            Scheme = reading.Model.Scheme.Id,
            Model = reading.Model.Reference,
            Provider = reading.Model.Provider,
            Precision = reading.Model.Precision,
            DemonstrationOnly = reading.Model.DemonstrationOnly,
        };
    }

    /// <summary>A batch of frames.</summary>
    /// <param name="batch">The frames.</param>
    /// <param name="dropped">Frames dropped since the previous batch, by reason.</param>
    /// <param name="seq">Its number; null for the next one.</param>
    public FramesMessage Frames(FrameBatch batch, IReadOnlyDictionary<string, long> dropped, long? seq = null) => new()
    {
        Boot = boot,
        BootNumber = bootNumber,
        Seq = seq ?? _framesSeq++,
        T0 = batch.From,
        Clk = Clock(),
        Frame = batch.Frame,
        TMs = batch.OffsetMs,
        Dropped = dropped,
        State = batch.State,
        Severity = batch.Severity,
        Grade = batch.Grade,
        P = batch.P,
        Quality = batch.Quality,
        LatMs = batch.LatMs,
        Scheme = batch.Model!.Scheme.Id,
        Model = batch.Model!.Reference,
        Provider = batch.Model!.Provider,
        Precision = batch.Model!.Precision,
        DemonstrationOnly = batch.Model!.DemonstrationOnly,
    };

    public ClipMessage Clip(ClosedClip closed)
    {
        ClipSummary summary = closed.Summary;
        return new ClipMessage
        {
            Boot = boot,
            BootNumber = bootNumber,
            Seq = _clipSeq++,
            T = closed.ClosedAt,
            Clk = Clock(),
            Zone = summary.Zone,
            Start = summary.Start,
            End = summary.End,
            FirstFrame = summary.FirstFrame,
            LastFrame = summary.LastFrame,
            Frames = summary.Frames,
            Usable = summary.Usable,
            Rule = summary.Rule,
            Severity = summary.Severity,
            Grade = summary.Grade,
            P = summary.Reason is null && summary.P is { } p ? Rounded([.. p]) : null,
            Distribution = summary.Distribution,
            Withheld = summary.Withheld,
            Reason = summary.Reason,
            Scheme = closed.Model.Scheme.Id,
            Model = closed.Model.Reference,
            Provider = closed.Model.Provider,
            Precision = closed.Model.Precision,
            DemonstrationOnly = closed.Model.DemonstrationOnly,
        };
    }

    /// <summary>Whether the device is there.</summary>
    /// <param name="connection">Counts the attempts to connect from 0.</param>
    /// <param name="state">A connection's <c>online</c> has the even number, its end the odd one.</param>
    public AvailabilityMessage Availability(long connection, Availability state) => new()
    {
        Boot = boot,
        BootNumber = bootNumber,
        Seq = (2 * connection) + (state == Contract.Availability.Online ? 0 : 1),
        T = state == Contract.Availability.Lost ? null : time.GetUtcNow(),
        State = state,
    };

    public InfoMessage Info(ModelInUse model) => new()
    {
        Boot = boot,
        BootNumber = bootNumber,
        Seq = _infoSeq++,
        T = time.GetUtcNow(),
        Clk = Clock(),
        Site = topics.Site,
        Dev = topics.Device,
        Hardware = new HardwareInfo(
            JsonName.Of(RuntimeInformation.ProcessArchitecture),
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            RuntimeInformation.OSDescription),
        Software = new SoftwareInfo("lusedge", Version(), RuntimeInformation.FrameworkDescription),
        Model = new ModelInfo
        {
            Id = model.Id,
            Reference = model.Reference,
            Sha256 = model.Sha256,
            Scheme = model.Scheme.Id,
            Labels = model.Scheme.Grades,
            Severities = model.Scheme.Severities,
            RequestedProvider = model.RequestedProvider,
            Provider = model.Provider,
            Precision = model.Precision,
            Refused = model.Refused,
            DemonstrationOnly = model.DemonstrationOnly,
            SignedBy = model.SignedBy,
        },
        Schemas = Published().ToDictionary(RelativeTopic, policy => policy.SchemaId),
        Capabilities = [.. Published().Select(RelativeTopic)],
    };

    /// <summary>
    /// The same, shorter each time, for a broker with a small maximum packet size: first without what each message's user
    /// property repeats and the texts that only people read, then without the list of topics.
    /// </summary>
    public static IEnumerable<InfoMessage> Shorter(InfoMessage info)
    {
        yield return info;
        info = info with
        {
            Hardware = info.Hardware with { Os = "" },
            Software = info.Software with { Runtime = "" },
            Model = info.Model with { Refused = info.Model.Refused.ToDictionary(pair => pair.Key, pair => Cut(pair.Value, 16)) },
            Schemas = new Dictionary<string, string>(),
        };
        yield return info;
        yield return info with { Capabilities = [] };
    }

    /// <summary>The same, shorter each time: with shorter details, then without the least severe reasons.</summary>
    public static IEnumerable<HealthMessage> Shorter(HealthMessage health)
    {
        yield return health;
        foreach (int length in (int[])[120, 40, 1])
        {
            health = health with
            {
                Reasons = [.. health.Reasons.Select(reason => reason with { Detail = Cut(reason.Detail, length) })],
            };
            yield return health;
        }

        for (int count = health.Reasons.Count - 1; count > 0; count--)
            yield return health with { Reasons = [.. health.Reasons.Take(count)] };
    }

    /// <summary>The same, shorter each time: without the temperatures, then without counts that are zero.</summary>
    public static IEnumerable<MetricsMessage> Shorter(MetricsMessage metrics)
    {
        yield return metrics;
        metrics = metrics with { TempC = null };
        yield return metrics;
        yield return metrics with
        {
            Ledger = metrics.Ledger with
            {
                Withheld = metrics.Ledger.Withheld.Where(pair => pair.Value > 0).ToDictionary(),
                Dropped = metrics.Ledger.Dropped.Where(pair => pair.Value > 0).ToDictionary(),
            },
        };
    }

    public HealthMessage Health(HealthReport report) => new()
    {
        Boot = boot,
        BootNumber = bootNumber,
        Seq = _healthSeq++,
        T = time.GetUtcNow(),
        Clk = Clock(),
        Status = report.Status,
        Reasons = report.Reasons,
    };

    public MetricsMessage Metrics(MeterFigures figures, TelemetryGap? gap, OutboxFigures outbox) => new()
    {
        Boot = boot,
        BootNumber = bootNumber,
        Seq = _metricsSeq++,
        T = time.GetUtcNow(),
        Clk = Clock(),
        PeriodS = Math.Round(figures.Period.TotalSeconds, 3),
        Fps = new FrameRates(figures.CapturedPerSecond, figures.ScoredPerSecond),
        LatMs = figures is { LatencyP50: { } p50, LatencyP99: { } p99 }
            ? new LatencyFigures(Milliseconds(p50), Milliseconds(p99))
            : null,
        Ledger = new LedgerFigures(
            figures.Ledger.Captured,
            figures.Ledger.Scored,
            figures.Ledger.Withheld,
            DropsByName(figures.Ledger.Dropped),
            figures.Ledger.Corrupt,
            figures.Ledger.InFlight),
        Gap = gap,
        Outbox = outbox,
        TempC = Thermometers.Read(),
    };

    /// <summary>Dropped frames by the contract's names of the reasons.</summary>
    public static Dictionary<string, long> DropsByName(IReadOnlyDictionary<DropReason, long> dropped) =>
        dropped.ToDictionary(pair => JsonName.Of(pair.Key), pair => pair.Value);

    /// <summary>Probabilities as published: three decimals.</summary>
    public static double[] Rounded(ReadOnlySpan<float> p)
    {
        var rounded = new double[p.Length];
        for (int i = 0; i < p.Length; i++) rounded[i] = Math.Round((double)p[i], 3);
        return rounded;
    }

    /// <summary>A picture's quality as published: three decimals.</summary>
    public static double? Rounded(float? quality) => quality is { } q ? Math.Round((double)q, 3) : null;

    /// <summary>Milliseconds as published: two decimals.</summary>
    public static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 2);

    /// <summary>The kernel's view of the clock, and whether the clock was set since the start.</summary>
    private ClockStatus? Clock()
    {
        ClockStatus? status = KernelClock.Read();
        var step = (long)Math.Round(_utc.Step.TotalMilliseconds);
        return step == 0 || status is null ? status : status with { StepMs = step };
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string Version() =>
        typeof(MessageWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    private IEnumerable<TopicPolicy> Published()
    {
        yield return table.Availability;
        yield return table.Info;
        yield return table.Live;
        if (delivery != FrameDelivery.Batch) yield return table.Frame;
        if (delivery != FrameDelivery.Each) yield return table.Frames;
        yield return table.Clip;
        yield return table.Health;
        yield return table.Metrics;
    }

    private string RelativeTopic(TopicPolicy policy) => policy.Topic[(topics.Prefix.Length + 1)..];
}
