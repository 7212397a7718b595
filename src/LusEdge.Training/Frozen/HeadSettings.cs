namespace LusEdge.Training.Frozen;

/// <summary>What decides which weights a head gets from the same features.</summary>
internal sealed record HeadSettings
{
    /// <summary>The network's stage that it reads.</summary>
    /// <value>The default is 3: the last one is made for ImageNet's objects, and costs a fifth of the time.</value>
    public int Stage { get; init; } = 3;

    /// <summary>Horizontal bands that the features are averaged in.</summary>
    /// <value>The default is 4.</value>
    public int Bands { get; init; } = 4;

    /// <summary>Principal components of the training clips that are kept, at most as many as there are clips.</summary>
    /// <value>The default is 300: nearly all.</value>
    public int Components { get; init; } = 300;

    /// <summary>Weight of the squared coefficients.</summary>
    /// <value>The default is 0.01.</value>
    public double Penalty { get; init; } = 0.01;

    /// <summary>Whether the grades are steps along one direction, instead of each having a direction of its own.</summary>
    /// <value>The default is true: neighbours are mistaken for each other, and there are few clips of each grade.</value>
    public bool Ordered { get; init; } = true;

    /// <summary>Whether each grade weighs the same, however many clips it has.</summary>
    /// <value>The default is true, or the rare grades are hardly ever given.</value>
    public bool Balanced { get; init; } = true;
}
