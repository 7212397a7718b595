namespace LusEdge.Publish.Messages;

/// <summary>How single frames are published.</summary>
public enum FrameDelivery
{
    /// <summary>A message a frame, as it is graded.</summary>
    Each,

    /// <summary>One message a second with the frames as columns: for large fleets.</summary>
    Batch,

    /// <summary>Both.</summary>
    Both,
}
