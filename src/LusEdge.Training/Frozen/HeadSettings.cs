namespace LusEdge.Training.Frozen;

/// <summary>Settings for training a head on given features.</summary>
internal sealed record HeadSettings
{
    /// <summary>The stage of the network that the head reads.</summary>
    /// <value>
    /// The default is 3: the last stage is specialised on ImageNet's objects, and leaving it out saves a fifth of the time.
    /// </value>
    public int Stage { get; init; } = 3;

    /// <summary>The number of horizontal bands over which the features are averaged.</summary>
    /// <value>The default is 4.</value>
    public int Bands { get; init; } = 4;

    /// <summary>
    /// The number of principal components of the training clips that are kept, at most as many as there are clips.
    /// </summary>
    /// <value>The default is 300: nearly all.</value>
    public int Components { get; init; } = 300;

    /// <summary>Weight of the squared coefficients.</summary>
    /// <value>The default is 0.01.</value>
    public double Penalty { get; init; } = 0.01;

    /// <summary>Whether the grades are steps along a single direction, instead of having one direction each.</summary>
    /// <value>The default is true: neighbouring grades are easily confused, and there are few clips of each.</value>
    public bool Ordered { get; init; } = true;

    /// <summary>Whether all grades have equal weight, however many clips they have.</summary>
    /// <value>The default is true, because otherwise the rare grades are hardly ever given.</value>
    public bool Balanced { get; init; } = true;
}
