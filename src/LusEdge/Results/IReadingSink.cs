using LusEdge.Aggregate;
using LusEdge.Infer;

namespace LusEdge.Results;

/// <summary>
/// Where results go: to the service's listeners (<see cref="ReadingFanOut"/>), or to standard output and an overlay
/// (<c>replay</c>). Must not block on a network or a disk when the feed is live.
/// </summary>
public interface IReadingSink
{
    /// <summary>A frame went through the pipeline. Called on the pipeline's thread.</summary>
    /// <param name="reading">Its memory is reused for the next frame: copy what must outlive the call.</param>
    void Frame(in FrameReading reading);

    /// <summary>No verdict is coming; repeated several times per second until one comes. Called on any thread.</summary>
    /// <param name="announcement">The state, and why.</param>
    void Announce(in Announcement announcement);

    /// <summary>A clip is complete. Called on the pipeline's thread; returns before the clip is on the disk.</summary>
    /// <param name="summary">The clip.</param>
    void Clip(ClipSummary summary);

    /// <summary>
    /// Another model takes over. The clip in progress was handed over before this call. Called on the pipeline's thread.
    /// </summary>
    /// <param name="model">What grades the frames from now on.</param>
    void Model(ModelInUse model)
    {
    }
}
