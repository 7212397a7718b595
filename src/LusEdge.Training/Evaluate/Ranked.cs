namespace LusEdge.Training.Evaluate;

/// <summary>
/// A sample sorted by a score, with ties marked. It is sorted once; a draw of patients only changes how often each item counts.
/// </summary>
internal sealed class Ranked
{
    private readonly int[] _patients;
    private readonly bool[] _hits;

    /// <summary>The exclusive end of each run of equal scores.</summary>
    private readonly int[] _ends;

    private Ranked(int[] patients, bool[] hits, int[] ends) => (_patients, _hits, _ends) = (patients, hits, ends);

    /// <summary>Sorts a sample.</summary>
    /// <param name="scores">The scores, to sort in ascending order.</param>
    /// <param name="hits">Which items count as hits.</param>
    /// <param name="patients">The patient of each item, counted from 0.</param>
    public static Ranked By(float[] scores, bool[] hits, int[] patients)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort([.. scores], order);
        var ends = new List<int>();
        for (int i = 1; i <= order.Length; i++)
        {
            if (i == order.Length || scores[order[i]] != scores[order[i - 1]]) ends.Add(i);
        }

        return new Ranked([.. order.Select(i => patients[i])], [.. order.Select(i => hits[i])], [.. ends]);
    }

    /// <summary>
    /// The probability that a hit has a higher score than a non-hit; a tie counts half (mid-ranks). NaN if either kind is
    /// missing.
    /// </summary>
    /// <param name="times">How often each patient counts.</param>
    public double AreaUnderCurve(ReadOnlySpan<int> times)
    {
        long hits = 0, others = 0, wonTwice = 0;
        int i = 0;
        foreach (int end in _ends)
        {
            long hitsHere = 0, othersHere = 0;
            for (; i < end; i++)
            {
                if (_hits[i]) hitsHere += times[_patients[i]];
                else othersHere += times[_patients[i]];
            }

            wonTwice += hitsHere * (2 * others + othersHere);
            hits += hitsHere;
            others += othersHere;
        }

        return hits == 0 || others == 0 ? double.NaN : wonTwice / (2.0 * hits * others);
    }

    /// <summary>The share of hits among the first items, by the number of items taken.</summary>
    /// <param name="times">How often each patient counts.</param>
    /// <param name="total">The number of items, each counted as often as its patient.</param>
    public RiskCoverage Risks(ReadOnlySpan<int> times, int total)
    {
        var risks = new double[RiskCoverage.Coverages.Count];
        double area = 0;
        int i = 0, taken = 0, hits = 0, next = 0;
        foreach (int end in _ends)
        {
            int here = 0, hitsHere = 0;
            for (; i < end; i++)
            {
                int weight = times[_patients[i]];
                here += weight;
                if (_hits[i]) hitsHere += weight;
            }

            double density = here == 0 ? 0 : (double)hitsHere / here;
            for (int k = 1; k <= here; k++) area += (hits + density * k) / (taken + k);
            for (; next < risks.Length && Wanted(next) <= taken + here; next++)
                risks[next] = (hits + density * (Wanted(next) - taken)) / Wanted(next);
            taken += here;
            hits += hitsHere;
        }

        return new RiskCoverage(area / total, risks);

        // Subtract a little before rounding up: 0.15 of 100 must be 15, not 16 because of its last bit.
        int Wanted(int coverage) => Math.Max(1, (int)Math.Ceiling(RiskCoverage.Coverages[coverage] * total - 1e-6));
    }
}
