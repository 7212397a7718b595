namespace LusEdge.Training.Phantom;

/// <summary>The shape of the transducer, and so of the picture.</summary>
internal enum Probe
{
    /// <summary>A curved array: beams fan out, the picture is a sector with black corners.</summary>
    Convex,

    /// <summary>A flat array: beams are parallel, the picture is a rectangle.</summary>
    Linear,
}
