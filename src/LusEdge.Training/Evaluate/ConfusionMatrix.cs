namespace LusEdge.Training.Evaluate;

/// <summary>
/// Counts of labels against given grades, and the figures that follow from them. Every class of the scale counts, even one
/// without pictures.
/// </summary>
/// <param name="counts">One row per label, one column per given grade, in class order.</param>
internal sealed class ConfusionMatrix(int[][] counts)
{
    private readonly int[] _labelled = [.. counts.Select(row => row.Sum())];
    private readonly int[] _given = [.. Enumerable.Range(0, counts.Length).Select(column => counts.Sum(row => row[column]))];

    /// <summary>One row per label, one column per given grade.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts => counts;

    /// <summary>The number of graded items.</summary>
    public int Total => _labelled.Sum();

    /// <summary>Share with the right grade.</summary>
    public double Accuracy => Share(distance: 0);

    /// <summary>Share with the right grade or one next to it in class order.</summary>
    public double WithinOne => Share(distance: 1);

    /// <summary>F1 averaged over all classes with equal weight. A class that is neither labelled nor given counts as 0.</summary>
    public double MacroF1 => Enumerable.Range(0, counts.Length).Average(F1);

    /// <summary>
    /// Cohen's kappa with quadratic weights (Cohen 1968, Psychol Bull 70:213-220): agreement beyond chance, with a miss weighted
    /// by its squared distance in class order. 1 is perfect and 0 is chance; 0 also where all labels and grades are the same
    /// class.
    /// </summary>
    public double QuadraticKappa
    {
        get
        {
            double found = 0, byChance = 0, total = Total;
            for (int row = 0; row < counts.Length; row++)
            {
                for (int column = 0; column < counts.Length; column++)
                {
                    int weight = (row - column) * (row - column);
                    found += weight * counts[row][column];
                    byChance += weight * (double)_labelled[row] * _given[column] / total;
                }
            }

            return byChance == 0 ? 0 : 1 - found / byChance;
        }
    }

    /// <summary>The number of items with this label.</summary>
    public int Support(int c) => _labelled[c];

    /// <summary>The share of items given this class that have it; NaN if it was never given.</summary>
    public double Precision(int c) => _given[c] == 0 ? double.NaN : (double)counts[c][c] / _given[c];

    /// <summary>The share of items of this class that were given it; NaN if there are none.</summary>
    public double Recall(int c) => _labelled[c] == 0 ? double.NaN : (double)counts[c][c] / _labelled[c];

    /// <summary>Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 if nothing of the class is right.</summary>
    public double F1(int c) => 2.0 * counts[c][c] / Math.Max(1, _labelled[c] + _given[c]);

    /// <summary>Merges classes, for instance 1 and 1* into severity 1.</summary>
    /// <param name="groups">The group of each class, from 0.</param>
    public ConfusionMatrix Merge(IReadOnlyList<int> groups)
    {
        int count = groups.Max() + 1;
        int[][] merged = [.. Enumerable.Range(0, count).Select(_ => new int[count])];
        for (int row = 0; row < counts.Length; row++)
        {
            for (int column = 0; column < counts.Length; column++) merged[groups[row]][groups[column]] += counts[row][column];
        }

        return new ConfusionMatrix(merged);
    }

    private double Share(int distance)
    {
        int agree = 0;
        for (int row = 0; row < counts.Length; row++)
        {
            for (int column = Math.Max(0, row - distance); column <= Math.Min(counts.Length - 1, row + distance); column++)
                agree += counts[row][column];
        }

        return agree / (double)Total;
    }
}
