namespace LusEdge.Training.Experiments;

/// <summary>What decides which weights a linear head gets from the same features.</summary>
internal sealed record FrozenSettings
{
    /// <summary>What reads the features.</summary>
    public const string Linear = "linear", Nearest = "nearest";

    /// <summary>The list of the training frames that the grader <c>nearest</c> leaves in place of weights.</summary>
    public const string NearestFile = "nearest.csv";

    private const int Most = 4;

    /// <summary><c>linear</c>: a head that is trained. <c>nearest</c>: the nearest training frame's grade, to show how a frame split flatters; never exported.</summary>
    public string Grader { get; init; } = Linear;

    /// <summary>The network's stages that it reads, from 1.</summary>
    /// <value>The default is the third: the last one is made for ImageNet's objects, and costs a fifth of the time.</value>
    public IReadOnlyList<int> Stages { get; init; } = [3];

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

    /// <summary>Whether a second head on the rows' profile (<c>RowProfile</c>) has half of the say.</summary>
    /// <value>The default is false.</value>
    public bool Profile { get; init; }

    /// <summary>Augmented copies of each frame that the head on the stages is trained on beside the frame itself.</summary>
    /// <value>The default is none.</value>
    public int Copies { get; init; }

    internal IEnumerable<string> Errors(int size) =>
    [
        Stages.Count > 0 && Stages.All(stage => stage is >= 1 and <= Most) && Stages.Distinct().Count() == Stages.Count
            ? "" : $"frozen.stages is [{string.Join(", ", Stages)}]; give different whole numbers from 1 to {Most}",
        // The last stage's features are the lowest.
        Stages.Count == 0 ? "" : JsonFile.Within("frozen.bands", Bands, 1, Math.Max(1, size >> Stages.Max() + 1)),
        JsonFile.Within("frozen.components", Components, 1, 100_000),
        JsonFile.Within("frozen.penalty", Penalty, 1e-9, 1e9),
        JsonFile.Within("frozen.copies", Copies, 0, 100),
        JsonFile.OneOf("frozen.grader", Grader, Linear, Nearest),
        Grader == Nearest && Copies > 0 ? $"frozen.copies is {Copies}; the grader nearest compares the frames as they are: give 0" : "",
    ];
}
