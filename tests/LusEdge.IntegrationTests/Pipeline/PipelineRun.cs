using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Inbox;
using LusEdge.Infer;
using LusEdge.Metering;
using LusEdge.Models;
using LusEdge.Results;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.IntegrationTests.Pipeline;

/// <summary>
/// A pipeline on a real feed and a real (tiny) model, with a sink that notes everything down. Whatever the test does, at its end
/// every captured frame must be accounted for.
/// </summary>
internal sealed class PipelineRun : IReadingSink, IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly LusEdgeOptions _options;
    private readonly PipelineMeter _meter = new(TimeProvider.System);
    private SeverityModel _model;
    private string _reference;
    private readonly VideoFeed _feed;
    private readonly bool _bestGuess;

    public PipelineRun(LusEdgeOptions options, byte[]? model = null, ModelDescription? description = null, bool bestGuess = false)
    {
        _bestGuess = bestGuess;
        description ??= TinyModel.Seven;
        string directory = TinyModel.Write(_temp["model"], description.Scheme, model ?? TinyModel.Bytes(description));
        _options = options with { Infer = new ModelOptions { Model = directory, Provider = ProviderChoice.Cpu } };
        _model = SeverityModel.Load(directory, _options.Infer, NullLogger<SeverityModel>.Instance);
        _reference = _model.InUse.Reference;
        _feed = new VideoFeed(_options.Capture, _meter.Ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        _feed.Open();
    }

    /// <summary>Every frame's reading, in order; the probabilities are copies.</summary>
    public List<FrameReading> Frames { get; } = [];

    /// <summary>The model that graded each of them.</summary>
    public List<string> GradedBy { get; } = [];

    /// <summary>Every clip.</summary>
    public List<ClipSummary> Clips { get; } = [];

    /// <summary>The way into the running pipeline.</summary>
    public PipelineInbox Inbox { get; } = new();

    /// <summary>How the device is, as the announcer says.</summary>
    public HealthBoard Board { get; } = new();

    /// <summary>What was said while no verdict came, and when.</summary>
    public List<(FrameState State, DateTimeOffset At)> Announcements { get; } = [];

    /// <summary>Called after a frame was noted down.</summary>
    public Action<FrameReading>? OnFrame { get; set; }

    /// <summary>Called, on the announcer's thread, when it says that no verdict comes.</summary>
    public Action<FrameState>? OnAnnouncement { get; set; }

    /// <summary>False to note nothing down, for a test of what the pipeline itself allocates.</summary>
    public bool KeepsFrames { get; set; } = true;

    /// <summary>The account so far.</summary>
    public LedgerCounts Ledger => _meter.Ledger.Read();

    public static PipelineRun Of(string source) => new(new LusEdgeOptions { Capture = new CaptureOptions { Source = source } });

    /// <summary>Runs to the end of the feed, or until stopped.</summary>
    public PipelineRun ToItsEnd(CancellationToken? stop = null)
    {
        var pipeline = new FramePipeline(_options, _feed, _model, Inbox, this, _meter, TimeProvider.System, bestGuess: _bestGuess);
        _feed.Start();
        using SignalAnnouncer? announcer = _feed.IsLive ? new SignalAnnouncer(_feed, _meter, this, Board, TimeProvider.System) : null;
        try
        {
            pipeline.Run(stop ?? TestContext.Current.CancellationToken);
            return this;
        }
        finally
        {
            _model = pipeline.Model;
        }
    }

    public void Frame(in FrameReading reading)
    {
        if (KeepsFrames) GradedBy.Add(_reference);
        if (KeepsFrames) Frames.Add(reading with { Score = Copy(reading.Score), Smoothed = Copy(reading.Smoothed) });
        OnFrame?.Invoke(reading);
    }

    public void Announce(in Announcement announcement)
    {
        Announcements.Add((announcement.State, TimeProvider.System.GetUtcNow()));
        OnAnnouncement?.Invoke(announcement.State);
    }

    public void Clip(ClipSummary summary) => Clips.Add(summary);

    public void Model(ModelInUse model) => _reference = model.Reference;

    public void Dispose()
    {
        _feed.Dispose();
        Inbox.Dispose();
        _model.Dispose();
        _temp.Dispose();
        LedgerCounts ledger = Ledger;
        Assert.Equal(0, ledger.InFlight);
        Assert.Equal(0, ledger.Imbalance);
        if (!KeepsFrames) return;
        Assert.Equal(Frames.Count, ledger.Scored + ledger.Corrupt + ledger.Withheld.Values.Sum());
        Assert.Equal(Frames.Count, Clips.Sum(c => c.Frames));
        Assert.All(Frames, frame => Assert.Equal(frame.State == FrameState.Live, frame.Score is not null));
    }

    private static Score? Copy(Score? score) => score is { } s ? s with { P = s.P.ToArray() } : null;
}
