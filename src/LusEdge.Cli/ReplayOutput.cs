using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Results;

namespace LusEdge.Cli;

/// <summary>Where replay's results go: standard output, as JSON or as a table.</summary>
internal abstract class ReplayOutput : IReadingSink, IDisposable
{
    private VideoFeed? _feed;
    private CancellationToken _interrupted;

    /// <summary>The source being replayed, as given.</summary>
    protected string Source { get; private set; } = "";

    /// <summary>A source begins.</summary>
    /// <param name="source">As given.</param>
    /// <param name="feed">What it is read through.</param>
    /// <param name="interrupted">Cancelled when the user wants no more: what was seen of the clip is then no clip.</param>
    public virtual void Begin(string source, VideoFeed feed, CancellationToken interrupted) => (Source, _feed, _interrupted) = (source, feed, interrupted);

    /// <summary>A source is over.</summary>
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

    /// <summary>A file that decodes slowly is not silent in any sense that matters: time is its pts.</summary>
    public void Announce(in Announcement announcement)
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The whole clip was graded.</summary>
    /// <param name="summary">Its grade.</param>
    /// <param name="error">Why it is shorter than it should be, or null.</param>
    protected abstract void Clip(ClipSummary summary, string? error);
}
