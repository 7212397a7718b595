namespace LusEdge.Training.Experiments;

/// <summary>How a linear head is trained on frozen features.</summary>
internal sealed record FrozenSettings
{
    /// <summary>The graders.</summary>
    public const string Linear = "linear", Nearest = "nearest";

    /// <summary>The list of training frames that the grader <c>nearest</c> stores instead of weights.</summary>
    public const string NearestFile = "nearest.csv";

    private const int Most = 4;

    /// <summary>
    /// <c>linear</c>: a head that is trained. <c>nearest</c>: the grade of the nearest training frame, which shows how much a
    /// frame split flatters; never exported.
    /// </summary>
    public string Grader { get; init; } = Linear;

    /// <summary>The stages of the network that the head reads, from 1.</summary>
    /// <value>
    /// The default is the third: the last stage is specialised on ImageNet's objects, and leaving it out saves a fifth of the
    /// time.
    /// </value>
    public IReadOnlyList<int> Stages { get; init; } = [3];

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

    /// <summary>Whether to add a second head, with equal weight, on the profile of the rows (<c>RowProfile</c>).</summary>
    /// <value>The default is false.</value>
    public bool Profile { get; init; }

    /// <summary>
    /// The number of augmented copies per frame that the head on the stages is trained on in addition to the frame itself.
    /// </summary>
    /// <value>The default is none.</value>
    public int Copies { get; init; }

    internal IEnumerable<string> Errors(int size) =>
    [
        Stages.Count > 0 && Stages.All(stage => stage is >= 1 and <= Most) && Stages.Distinct().Count() == Stages.Count
            ? "" : $"frozen.stages is [{string.Join(", ", Stages)}]; give different whole numbers from 1 to {Most}",
        // The last stage has the lowest resolution.
        Stages.Count == 0 ? "" : JsonFile.Within("frozen.bands", Bands, 1, Math.Max(1, size >> Stages.Max() + 1)),
        JsonFile.Within("frozen.components", Components, 1, 100_000),
        JsonFile.Within("frozen.penalty", Penalty, 1e-9, 1e9),
        JsonFile.Within("frozen.copies", Copies, 0, 100),
        JsonFile.OneOf("frozen.grader", Grader, Linear, Nearest),
        Grader == Nearest && Copies > 0 ? $"frozen.copies is {Copies}; the grader nearest compares unchanged frames: give 0" : "",
    ];
}
