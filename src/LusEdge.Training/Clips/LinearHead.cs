namespace LusEdge.Training.Clips;

/// <summary>From a frame's banded features to the logits of the grades: all that is trained, as one matrix.</summary>
/// <param name="Bands">Number of bands.</param>
/// <param name="Weight">Row-major [classes, bands, channels].</param>
/// <param name="Bias">One a class.</param>
internal sealed record LinearHead(int Bands, float[] Weight, float[] Bias)
{
    /// <summary>Grades a frame.</summary>
    /// <param name="features">Row-major [bands, channels].</param>
    /// <returns>Its logits.</returns>
    public float[] Logits(ReadOnlySpan<float> features)
    {
        var logits = new float[Bias.Length];
        for (int grade = 0; grade < logits.Length; grade++)
        {
            // In doubles: thousands of products of all sizes.
            double sum = Bias[grade];
            ReadOnlySpan<float> weight = Weight.AsSpan(grade * features.Length, features.Length);
            for (int i = 0; i < features.Length; i++) sum += (double)weight[i] * features[i];
            logits[grade] = (float)sum;
        }

        return logits;
    }
}
