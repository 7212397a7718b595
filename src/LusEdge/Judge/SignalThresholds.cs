using LusEdge.Infer;

namespace LusEdge.Judge;

/// <summary>The limits that a model file sets for its pictures.</summary>
/// <param name="BlackMean">A picture with a mean gray (0-255) below this is black.</param>
/// <param name="FrozenAfter">A picture that has stood still for this long is frozen; null for no check.</param>
/// <param name="MinQuality">A picture of lower quality (0-1) is unlike the training pictures; 0 accepts every picture.</param>
/// <param name="MinConfidence">A frame whose highest probability is lower has no score; 0 accepts every answer.</param>
public readonly record struct SignalThresholds(float BlackMean, TimeSpan? FrozenAfter, float MinQuality, float MinConfidence)
{
    /// <summary>The limits in a model's description.</summary>
    public static SignalThresholds Of(ModelGate gate) => new(
        gate.BlackMean,
        gate.FrozenAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        gate.MinQuality ?? 0,
        gate.MinConfidence);
}
