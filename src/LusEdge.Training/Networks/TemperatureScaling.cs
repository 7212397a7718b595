namespace LusEdge.Training.Networks;

/// <summary>
/// Calibration by a single number (Guo et al. 2017): the logits are divided by a temperature before the softmax. It changes the
/// network's confidence, but never the grade.
/// </summary>
internal static class TemperatureScaling
{
    /// <summary>
    /// If a network makes no errors, the likelihood is highest at temperature zero, and every grade would be a certainty. At one
    /// half, the network's remaining doubt between neighbouring grades stays visible.
    /// </summary>
    internal const float Lowest = 0.5f;

    /// <summary>No useful network needs a higher temperature than this.</summary>
    private const float Highest = 20;

    /// <summary>Finds the temperature that makes the labels most likely.</summary>
    /// <param name="logits">One row per picture.</param>
    /// <param name="labels">The true class of each picture.</param>
    public static float Fit(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels)
    {
        // The negative log-likelihood has a single minimum: narrow it down by ternary search.
        double low = Math.Log(Lowest), high = Math.Log(Highest);
        while (high - low > 1e-4)
        {
            double third = (high - low) / 3;
            if (Loss(low + third) < Loss(high - third)) high -= third;
            else low += third;
        }

        return (float)Math.Exp((low + high) / 2);

        double Loss(double logTemperature)
        {
            float temperature = (float)Math.Exp(logTemperature);
            double sum = 0;
            for (int i = 0; i < labels.Count; i++) sum -= Math.Log(Math.Max(1e-12, Softmax(logits[i], temperature)[labels[i]]));
            return sum;
        }
    }

    /// <summary>Probabilities from logits.</summary>
    public static float[] Softmax(ReadOnlySpan<float> logits, float temperature)
    {
        var p = new float[logits.Length];
        float highest = float.NegativeInfinity, sum = 0;
        foreach (float logit in logits) highest = MathF.Max(highest, logit);
        for (int i = 0; i < p.Length; i++) sum += p[i] = MathF.Exp((logits[i] - highest) / temperature);
        foreach (ref float share in p.AsSpan()) share /= sum;
        return p;
    }
}
