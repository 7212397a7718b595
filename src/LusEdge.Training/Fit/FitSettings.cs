using System.Text.Json.Serialization;

namespace LusEdge.Training.Fit;

/// <summary>Everything that decides what weights come out: same settings, same weights, to the last bit.</summary>
internal sealed record FitSettings
{
    /// <summary>Names initial weights and pictures.</summary>
    /// <value>The default is 1.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads of the tensor library; sums come out differently with another number.</summary>
    /// <value>The default is 2.</value>
    public int Threads { get; init; } = 2;

    /// <summary>Training pictures in all, each seen once.</summary>
    /// <value>The default is 9600, after which the phantom's grades are told apart.</value>
    public int Images { get; init; } = 9600;

    /// <summary>Pictures a step.</summary>
    /// <value>The default is 24: many small steps learn more from few pictures than few large ones.</value>
    public int Batch { get; init; } = 24;

    /// <summary>The highest learning rate, reached after a tenth of the steps.</summary>
    /// <value>The default is 0.001.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Width and height of the network's input in pixels.</summary>
    /// <value>The default is 128.</value>
    public int Size { get; init; } = 128;

    /// <summary>Channels of the network's first stage.</summary>
    /// <value>The default is 64, as published.</value>
    public int Width { get; init; } = 64;

    /// <summary>Layers of the network: 18 or 34.</summary>
    /// <value>The default is 18.</value>
    public int Depth { get; init; } = ResidualNetwork.SmallestDepth;

    /// <summary>Pictures that the temperature is fitted on; a multiple of 28.</summary>
    /// <value>The default is 1400: 200 a grade.</value>
    public int CalibrationPictures { get; init; } = 1400;

    /// <summary>Pictures that the figures of the model card come from; a multiple of 28.</summary>
    /// <value>The default is 2800: 400 a grade.</value>
    public int HeldOutPictures { get; init; } = 2800;

    /// <summary>Steps in all.</summary>
    [JsonIgnore]
    public int Steps => (Images + Batch - 1) / Batch;
}
