using System.Text.Json.Serialization;

namespace LusEdge.Training.Fit;

/// <summary>How well graded pictures agree with their labels.</summary>
/// <param name="Pictures">How many were graded.</param>
/// <param name="Accuracy">Share with the right grade.</param>
/// <param name="WithinOne">Share whose grade is right or a neighbour of it.</param>
/// <param name="MacroF1">F1 averaged over the grades.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins of the highest probability.</param>
/// <param name="Confusion">Counts: a row a label, a column a grade given.</param>
internal sealed record Evaluation(
    int Pictures, double Accuracy, double WithinOne, double MacroF1, double CalibrationError, IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    private const int Bins = 10;

    /// <summary>
    /// Cohen's kappa with quadratic weights: agreement beyond chance, a miss counted by the square of its distance. 1 is perfect, 0 is
    /// chance, also where labels and grades are all one and the same.
    /// </summary>
    [JsonIgnore]
    public double QuadraticKappa
    {
        get
        {
            int[] given = [.. Enumerable.Range(0, Confusion.Count).Select(column => Confusion.Sum(row => row[column]))];
            double found = 0, byChance = 0;
            for (int row = 0; row < given.Length; row++)
            {
                double labelled = Confusion[row].Sum();
                for (int column = 0; column < given.Length; column++)
                {
                    int weight = (row - column) * (row - column);
                    found += weight * Confusion[row][column];
                    byChance += weight * labelled * given[column] / Pictures;
                }
            }

            return byChance == 0 ? 0 : 1 - found / byChance;
        }
    }

    /// <summary>Compares.</summary>
    /// <param name="probabilities">A row a picture, in class order.</param>
    /// <param name="labels">The true class of each picture.</param>
    public static Evaluation Of(IReadOnlyList<float[]> probabilities, IReadOnlyList<int> labels)
    {
        int classes = probabilities[0].Length, count = labels.Count;
        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        var (confidence, right, filled) = (new double[Bins], new int[Bins], new int[Bins]);
        for (int i = 0; i < count; i++)
        {
            int given = Array.IndexOf(probabilities[i], probabilities[i].Max());
            confusion[labels[i]][given]++;
            int bin = Math.Min((int)(probabilities[i][given] * Bins), Bins - 1);
            confidence[bin] += probabilities[i][given];
            if (given == labels[i]) right[bin]++;
            filled[bin]++;
        }

        double Share(Func<int, int, bool> agree) =>
            (from row in Enumerable.Range(0, classes) from column in Enumerable.Range(0, classes) where agree(row, column) select confusion[row][column])
            .Sum() / (double)count;
        double F1(int c) =>
            2.0 * confusion[c][c] / Math.Max(1, confusion[c].Sum() + confusion.Sum(row => row[c]));
        return new Evaluation(
            count,
            Share((row, column) => row == column),
            Share((row, column) => Math.Abs(row - column) <= 1),
            Enumerable.Range(0, classes).Average(F1),
            Enumerable.Range(0, Bins).Sum(bin => Math.Abs(confidence[bin] - right[bin])) / count,
            confusion);
    }
}
