using LusEdge.Training;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.TrainingTests.Torch;
using Microsoft.ML.OnnxRuntime;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.TrainingTests.Networks;

[Collection(TorchTests.Name)]
public sealed class QualityGateTests : IDisposable
{
    private const int Channels = 6, Features = Channels * QualityGate.Bands, Directions = 3, Side = 8;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"lusedge-{Guid.NewGuid():N}.bin");

    [Fact]
    public void Training_features_are_near_and_features_off_their_directions_are_far()
    {
        float[][] training = [.. Rows(1, 400)];
        QualityGate gate = QualityGate.Fit(training, Directions);
        Assert.InRange(training.Max(row => gate.Distance(row)), 0, 0.1);
        Assert.InRange(Rows(2, 100).Max(row => gate.Distance(row)), 0, 0.1);

        // As long as the deviation of a training picture, but in a direction in which training pictures do not differ.
        float[] mean = gate.Mean, first = training[0];
        float length = MathF.Sqrt(first.Zip(mean).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)));
        float[] off = [.. mean.Select((value, i) => value + length / MathF.Sqrt(Features) * (i % 2 == 0 ? 1 : -1))];
        Assert.True(gate.Distance(off) > 10 * gate.Distance(first), $"{gate.Distance(off)} and {gate.Distance(first)}");
    }

    [Fact]
    public void The_file_computes_the_same_quality_as_the_trainer()
    {
        QualityGate gate = QualityGate.Fit([.. Rows(1, 200)], Directions).Scaled(usual: 0.03f, farthest: 0.3f);
        Assert.Equal((0.95f, 0.5f), (MathF.Round(gate.Quality(0.03f), 4), gate.Quality(0.3f)));
        var graph = new OnnxGraph("quality");
        SeverityGraph.MeasureQuality(
            graph, [graph.Input("features", DataType.Float, "1", $"{Channels}", $"{Side}", $"{Side}")], 4 * Side, gate);
        using var session = new InferenceSession(graph.ToBytes());
        foreach (float[] row in Rows(3, 20).Append([.. gate.Mean]).Append([.. gate.Mean.Select(value => value + 5)]))
        {
            // A map whose bands have the numbers of the row.
            float[] map = [.. row.SelectMany(
                value => Enumerable.Range(0, Side * Side / QualityGate.Bands).Select(i => value + (i % 2 == 0 ? 1 : -1)))];
            Assert.All(row.Zip(QualityGate.Pool(map, Channels)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            using var input = OrtValue.CreateTensorValueFromMemory(map, [1, Channels, Side, Side]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["features"], [input], ["quality"]);
            Assert.Equal([1, 1], outputs[0].GetTensorTypeAndShape().Shape);
            Assert.Equal(gate.Quality(gate.Distance(row)), outputs[0].GetTensorDataAsSpan<float>()[0], 1e-3f);
        }
    }

    [Fact]
    public void A_gate_is_read_back_from_its_file_and_a_damaged_file_is_refused()
    {
        QualityGate gate = QualityGate.Fit([.. Rows(1, 50)], Directions).Scaled(1, 2);
        QualityFile.Write(_file, gate);
        QualityGate read = QualityFile.Read(_file);
        float[] row = Rows(4, 1).Single();
        Assert.Equal(gate.Quality(gate.Distance(row)), read.Quality(read.Distance(row)));
        File.WriteAllBytes(_file, File.ReadAllBytes(_file)[..^4]);
        Assert.Equal(TrainingFailure.Unreadable, Assert.Throws<TrainingException>(() => QualityFile.Read(_file)).Reason);
    }

    public void Dispose() => File.Delete(_file);

    /// <summary>Features that differ in three directions, and hardly at all in the others.</summary>
    private static IEnumerable<float[]> Rows(ulong seed, int count)
    {
        SeededRandom basis = new(9), random = new(seed);
        float[][] along =
            [.. Enumerable.Range(0, Directions).Select(_ => Enumerable.Range(0, Features).Select(_ => basis.Normal()).ToArray())];
        for (int i = 0; i < count; i++)
        {
            float[] strengths = [random.Normal(), random.Normal(), random.Normal()];
            yield return [.. Enumerable.Range(0, Features).Select(
                feature => 3 + strengths.Select((strength, k) => strength * along[k][feature]).Sum() + 0.05f * random.Normal())];
        }
    }
}
