namespace LusEdge.Training.Evaluate;

/// <summary>
/// Pictures or clips with label, grade and patient. A bootstrap draw is measured without sorting or gathering again: everything
/// is sorted and counted by patient once, and a draw only sets how often each patient counts.
/// </summary>
internal sealed class GradedSample
{
    private readonly int[] _patients;
    private readonly int _classes;

    /// <summary>One confusion matrix per patient, row by row.</summary>
    private readonly int[][] _confusion;

    /// <summary>For each class, the sample sorted by ascending probability of that class. Empty without probabilities.</summary>
    private readonly Ranked[] _byProbability = [];

    /// <summary>
    /// The sample sorted from the most to the least confident; a hit is a wrong grade. Null without probabilities.
    /// </summary>
    private readonly Ranked? _byConfidence;

    /// <summary>Sum of squared distances, by patient.</summary>
    private readonly double[] _brier;

    /// <summary>By patient, then by bin.</summary>
    private readonly (int Count, int Right, double Confidence)[][] _reliability = [];

    /// <summary>A sample with probabilities. The given grade is the most probable one.</summary>
    /// <param name="labels">The true class of each item.</param>
    /// <param name="probabilities">One row per item, in class order.</param>
    /// <param name="patients">The patient of each item, counted from 0.</param>
    public GradedSample(int[] labels, float[][] probabilities, int[] patients)
        : this(labels, [.. probabilities.Select(p => Array.IndexOf(p, p.Max()))], probabilities[0].Length, patients)
    {
        float[] confidence = [.. probabilities.Select((p, i) => p[Given[i]])];
        _byProbability = [.. Enumerable.Range(0, _classes).Select(c =>
            Ranked.By([.. probabilities.Select(p => p[c])], [.. labels.Select(label => label == c)], patients))];
        _byConfidence = Ranked.By([.. confidence.Select(p => -p)], [.. labels.Select((label, i) => label != Given[i])], patients);
        _reliability = [.. _brier.Select(_ => new (int, int, double)[Reliability.Bins])];
        for (int i = 0; i < labels.Length; i++)
        {
            for (int c = 0; c < _classes; c++)
            {
                double off = probabilities[i][c] - (c == labels[i] ? 1 : 0);
                _brier[patients[i]] += off * off;
            }

            ref (int Count, int Right, double Confidence) bin = ref _reliability[patients[i]][Reliability.BinOf(confidence[i])];
            bin = (bin.Count + 1, bin.Right + (Given[i] == labels[i] ? 1 : 0), bin.Confidence + confidence[i]);
        }
    }

    /// <summary>A sample with grades only. Figures that need probabilities are not measured.</summary>
    /// <param name="labels">The true class of each item.</param>
    /// <param name="given">The given class of each item.</param>
    /// <param name="classes">The number of classes of the scale.</param>
    /// <param name="patients">The patient of each item, counted from 0.</param>
    public GradedSample(int[] labels, int[] given, int classes, int[] patients)
    {
        Given = given;
        _patients = patients;
        _classes = classes;
        int count = patients.Max() + 1;
        _brier = new double[count];
        _confusion = [.. Enumerable.Range(0, count).Select(_ => new int[classes * classes])];
        for (int i = 0; i < labels.Length; i++) _confusion[patients[i]][labels[i] * classes + given[i]]++;
    }

    /// <summary>The given class of each item.</summary>
    public int[] Given { get; }

    /// <summary>Measures the sample with each patient counted a given number of times.</summary>
    /// <param name="times">How often each patient counts; at least one must count.</param>
    public SampleMetrics Measure(ReadOnlySpan<int> times)
    {
        int[][] confusion = [.. Enumerable.Range(0, _classes).Select(_ => new int[_classes])];
        double brier = 0;
        var bins = new (int Count, int Right, double Confidence)[Reliability.Bins];
        for (int patient = 0; patient < times.Length; patient++)
        {
            int weight = times[patient];
            if (weight == 0) continue;
            for (int i = 0; i < _classes * _classes; i++)
                confusion[i / _classes][i % _classes] += weight * _confusion[patient][i];
            if (_byConfidence is null) continue;
            brier += weight * _brier[patient];
            for (int bin = 0; bin < bins.Length; bin++)
            {
                (int count, int right, double confidence) = _reliability[patient][bin];
                bins[bin] = (bins[bin].Count + weight * count, bins[bin].Right + weight * right,
                    bins[bin].Confidence + weight * confidence);
            }
        }

        var matrix = new ConfusionMatrix(confusion);
        if (_byConfidence is null) return new SampleMetrics(matrix, null, null, double.NaN, null);
        var auc = new double[_classes];
        for (int c = 0; c < _classes; c++) auc[c] = _byProbability[c].AreaUnderCurve(times);
        return new SampleMetrics(
            matrix, auc, new Reliability(bins), brier / matrix.Total, _byConfidence.Risks(times, matrix.Total));
    }
}
