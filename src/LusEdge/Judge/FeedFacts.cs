namespace LusEdge.Judge;

/// <summary>What is known of a live feed while the pipeline has no new verdict.</summary>
public readonly record struct FeedFacts
{
    /// <summary>Whether the feed has sent a frame since the service started.</summary>
    public bool HasSentFrames { get; init; }

    /// <summary>Whether the reason for the missing pictures is known: the source refuses, hangs, or is lost.</summary>
    public bool HasError { get; init; }

    /// <summary>Time since the newest frame was captured.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>Whether pictures come, but too late to grade.</summary>
    public bool IsBehind { get; init; }

    /// <summary>Time between frames: measured, or declared by the source.</summary>
    public TimeSpan FrameInterval { get; init; }

    /// <summary>How long the pipeline has been busy with one frame.</summary>
    public TimeSpan Busy { get; init; }

    /// <summary>Whether grading has stopped for good.</summary>
    public bool HasStopped { get; init; }
}
