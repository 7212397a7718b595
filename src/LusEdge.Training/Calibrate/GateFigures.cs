using System.Globalization;
using System.Text;

namespace LusEdge.Training.Calibrate;

/// <summary>How many real pictures the gate keeps, and how many others it lets through.</summary>
/// <param name="KeptShares">Shares of held-out real frames that the gate keeps, each with its own threshold.</param>
/// <param name="RealFrames">The number of held-out real frames.</param>
/// <param name="Kinds">The figures for each kind of foreign picture.</param>
internal sealed record GateFigures(IReadOnlyList<double> KeptShares, int RealFrames, IReadOnlyList<KindFigures> Kinds)
{
    /// <summary>The share of real frames that the threshold in the file keeps.</summary>
    public const double Kept = 0.99;

    private static readonly double[] Shares = [Kept, 0.98, 0.95, 0.9];

    /// <summary>Computes the figures.</summary>
    /// <param name="real">The distances of held-out real frames.</param>
    /// <param name="foreign">
    /// For each foreign picture, its kind, its distance, and whether the other gates (black, confidence) let it through.
    /// </param>
    public static GateFigures Of(
        IReadOnlyList<float> real, IReadOnlyList<(string Kind, float Distance, bool Passes)> foreign) => new(
        Shares,
        real.Count,
        [
            .. foreign.GroupBy(picture => picture.Kind).Select(kind => new KindFigures(
                kind.Key,
                kind.Count(),
                Math.Round(kind.Count(picture => picture.Passes) / (double)kind.Count(), 4),
                [.. Shares.Select(share => Threshold(real, share)).Select(farthest =>
                    Math.Round(kind.Count(picture => picture.Passes && picture.Distance <= farthest)
                        / (double)kind.Count(), 4))])),
        ]);

    /// <summary>The smallest distance that covers a share of the real frames.</summary>
    public static float Threshold(IReadOnlyList<float> real, double share)
    {
        float[] sorted = [.. real.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>Formats the figures as a table.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| pictures that show no lung | drawn or given | with a grade, without the gate |");
        foreach (double share in KeptShares)
            text.Append(CultureInfo.InvariantCulture, $" with it, {share:P0} of real frames kept |");
        text.Append($"\n|{string.Concat(Enumerable.Repeat("---|", 3 + KeptShares.Count))}\n");
        foreach (KindFigures kind in Kinds)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {kind.Kind} | {kind.Pictures} | {kind.WithoutGate:P0} |");
            foreach (double share in kind.FalseAnswers) text.Append(CultureInfo.InvariantCulture, $" {share:P0} |");
            text.Append('\n');
        }

        return text.ToString();
    }
}

/// <summary>A kind of foreign picture.</summary>
/// <param name="Kind">The kind of picture.</param>
/// <param name="Pictures">The number of pictures.</param>
/// <param name="WithoutGate">The share that would get a grade without the gate: not black, and confident.</param>
/// <param name="FalseAnswers">The share that gets a grade, for each of the shares of real frames kept.</param>
internal sealed record KindFigures(string Kind, int Pictures, double WithoutGate, IReadOnlyList<double> FalseAnswers);
