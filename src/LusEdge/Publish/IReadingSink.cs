using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Publish;

/// <summary>
/// Where the pipeline's results go: the broker (<c>run</c>, <c>demo</c>) or standard output (<c>replay</c>).
/// Called from the pipeline's thread only; must not block on a network.
/// </summary>
public interface IReadingSink
{
    /// <summary>A frame went through the pipeline.</summary>
    /// <param name="reading">Its memory is reused for the next frame: copy what must outlive the call.</param>
    void Frame(in FrameReading reading);

    /// <summary>No frame came for a while; called several times a second until one comes.</summary>
    /// <param name="state">starting, no_signal or failed.</param>
    /// <param name="since">UTC time since which it has been so.</param>
    /// <param name="cause">Why, in a sentence without credentials; null where nothing is known but that it is so.</param>
    void Silence(FrameState state, DateTimeOffset since, string? cause);

    /// <summary>A clip is complete. What the sink promises to keep is durable when this returns.</summary>
    /// <param name="summary">The clip.</param>
    void Clip(ClipSummary summary);

    /// <summary>Another model took over: what comes from now on is its. The clip in progress was given before. Never called where no model can change.</summary>
    /// <param name="model">What grades the frames from now on.</param>
    void Model(ModelInUse model)
    {
    }
}
