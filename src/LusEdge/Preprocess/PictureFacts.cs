namespace LusEdge.Preprocess;

/// <summary>
/// What a captured picture shows before the model sees it. Facts only: Signal alone decides what follows from them.
/// </summary>
public readonly record struct PictureFacts
{
    /// <summary>Whether the picture was damaged in transit or depends on one that was.</summary>
    public bool IsDamaged { get; init; }

    /// <summary>Whether the source's picture has the size that the sector was set for.</summary>
    public bool FitsGeometry { get; init; }

    /// <summary>Mean gray, 0-255, of the pixels that the mask keeps.</summary>
    public float MeanGray { get; init; }

    /// <summary>How long the feed has shown this same picture.</summary>
    public TimeSpan StillFor { get; init; }
}
