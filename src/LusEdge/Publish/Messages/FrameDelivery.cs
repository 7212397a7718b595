namespace LusEdge.Publish.Messages;

/// <summary>How single frames are published.</summary>
public enum FrameDelivery
{
    /// <summary>One message per frame, as it is graded.</summary>
    Each,

    /// <summary>One message per second with the frames as columns, for large fleets.</summary>
    Batch,

    /// <summary>Both.</summary>
    Both,
}
