namespace LusEdge.Training.Evaluate;

/// <summary>
/// Counts of labels against grades given, and the figures that need nothing else. Every class of the scale counts, also one that
/// has no picture.
/// </summary>
/// <param name="counts">A row a label, a column a grade given, in class order.</param>
internal sealed class ConfusionMatrix(int[][] counts)
{
    private readonly int[] _labelled = [.. counts.Select(row => row.Sum())];
    private readonly int[] _given = [.. Enumerable.Range(0, counts.Length).Select(column => counts.Sum(row => row[column]))];

    /// <summary>A row a label, a column a grade given.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts => counts;

    /// <summary>All of them.</summary>
    public int Total => _labelled.Sum();

    /// <summary>Share with the right grade.</summary>
    public double Accuracy => Share(distance: 0);

    /// <summary>Share whose grade is right or a neighbour of it in class order.</summary>
    public double WithinOne => Share(distance: 1);

    /// <summary>F1 averaged over all classes, each of the same weight; a class that is neither labelled nor given counts 0.</summary>
    public double MacroF1 => Enumerable.Range(0, counts.Length).Average(F1);

    /// <summary>
    /// Cohen's kappa with quadratic weights (Cohen 1968, Psychol Bull 70:213-220): agreement beyond chance, a miss counted by the square
    /// of its distance in class order. 1 is perfect, 0 is chance, also where labels and grades are all one and the same.
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

    /// <summary>How many have the label.</summary>
    public int Support(int c) => _labelled[c];

    /// <summary>Of those given the class, the share that has it; NaN when it was never given.</summary>
    public double Precision(int c) => _given[c] == 0 ? double.NaN : (double)counts[c][c] / _given[c];

    /// <summary>Of those that have the class, the share that was given it; NaN when none has it.</summary>
    public double Recall(int c) => _labelled[c] == 0 ? double.NaN : (double)counts[c][c] / _labelled[c];

    /// <summary>Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 when nothing of the class is right.</summary>
    public double F1(int c) => 2.0 * counts[c][c] / Math.Max(1, _labelled[c] + _given[c]);

    /// <summary>The same with several classes as one, for instance 1 and 1* as severity 1.</summary>
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
            for (int column = Math.Max(0, row - distance); column <= Math.Min(counts.Length - 1, row + distance); column++) agree += counts[row][column];
        }

        return agree / (double)Total;
    }
}
