using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Results;

namespace LusEdge.Cli;

/// <summary>Writes replay's results to standard output, as JSON or as a table.</summary>
internal abstract class ReplayOutput : IReadingSink, IDisposable
{
    private VideoFeed? _feed;
    private CancellationToken _interrupted;

    /// <summary>The source being replayed, as the user gave it.</summary>
    protected string Source { get; private set; } = "";

    /// <summary>A source begins.</summary>
    /// <param name="source">As the user gave it.</param>
    /// <param name="feed">Reads it.</param>
    /// <param name="interrupted">Cancelled by Ctrl-C: a clip cut short by the user gets no line.</param>
    public virtual void Begin(string source, VideoFeed feed, CancellationToken interrupted) =>
        (Source, _feed, _interrupted) = (source, feed, interrupted);

    /// <summary>A source ends.</summary>
    public virtual void End()
    {
    }

    /// <inheritdoc/>
    public abstract void Frame(in FrameReading reading);

    /// <inheritdoc/>
    public void Clip(ClipSummary summary)
    {
        if (!_interrupted.IsCancellationRequested) Clip(summary, _feed!.End.Error);
    }

    /// <summary>Ignored: a recording's time is its pts, so slow decoding is not a silent feed.</summary>
    public void Announce(in Announcement announcement)
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The whole clip was graded.</summary>
    /// <param name="summary">Its grade.</param>
    /// <param name="error">Why the recording broke off, or null.</param>
    protected abstract void Clip(ClipSummary summary, string? error);
}
