using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Publish;

namespace LusEdge.Cli;

/// <summary>Where replay's results go: standard output, as JSON or as a table.</summary>
internal abstract class ReplayOutput : IReadingSink, IDisposable
{
    /// <summary>The source being replayed, as given.</summary>
    protected string Source { get; private set; } = "";

    /// <summary>A source begins.</summary>
    public virtual void Begin(string source) => Source = source;

    /// <summary>A source is over.</summary>
    public virtual void End()
    {
    }

    /// <inheritdoc/>
    public abstract void Frame(in FrameReading reading);

    /// <inheritdoc/>
    public abstract void Clip(ClipSummary summary);

    /// <summary>A file that decodes slowly is not silent in any sense that matters: time is its pts.</summary>
    public void Silence(FrameState state, DateTimeOffset since)
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
