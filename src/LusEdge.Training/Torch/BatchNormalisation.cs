using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Torch;

/// <summary>
/// Batch normalisation of pictures (Ioffe and Szegedy 2015), with torchvision's names. TorchSharp's own version counts batches in
/// a way that the garbage collector can break (see <see cref="Arithmetic"/>), and nothing here needs the count.
/// </summary>
internal sealed class BatchNormalisation : nn.Module<Tensor, Tensor>
{
    /// <summary>Torch's default.</summary>
    public const double DefaultEpsilon = 1e-5;

    /// <summary>The weight of the newest batch in the running statistics: torch's default.</summary>
    private const double Momentum = 0.1;

    /// <param name="channels">Channels in and out.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public BatchNormalisation(long channels, double epsilon = DefaultEpsilon)
        : base(nameof(BatchNormalisation))
    {
        Epsilon = epsilon;
        Weight = nn.Parameter(ones(channels));
        Bias = nn.Parameter(zeros(channels));
        RunningMean = zeros(channels);
        RunningVariance = ones(channels);
        register_parameter("weight", Weight);
        register_parameter("bias", Bias);
        register_buffer("running_mean", RunningMean);
        register_buffer("running_var", RunningVariance);
    }

    public double Epsilon { get; }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    /// <summary>A running average over the batches so far, with more weight on newer ones.</summary>
    public Tensor RunningMean { get; }

    /// <inheritdoc cref="RunningMean"/>
    public Tensor RunningVariance { get; }

    /// <param name="input">Float32 [n, channels, h, w].</param>
    /// <returns>The same shape, normalised by the batch's own statistics in training and by the running ones otherwise.</returns>
    public override Tensor forward(Tensor input) =>
        nn.functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training, Momentum, Epsilon);
}
