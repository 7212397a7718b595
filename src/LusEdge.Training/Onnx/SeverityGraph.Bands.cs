using LusEdge.Training.Networks;

namespace LusEdge.Training.Onnx;

/// <content>The parts that read features in bands: a classifier, and the quality output.</content>
internal static partial class SeverityGraph
{
    /// <summary>
    /// Adds the same outputs from a classifier that has different weights for each horizontal band and may read several stages.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stages">The stages that it reads.</param>
    /// <param name="bias">The classifier's biases, one per class.</param>
    /// <param name="temperature">Divides the logits before the softmax.</param>
    public static void ClassifyBands(
        OnnxGraph graph, IReadOnlyList<BandedStage> stages, ReadOnlySpan<float> bias, float temperature)
    {
        int classes = bias.Length, side = stages.Max(stage => stage.Side);
        (string Op, string[] Inputs, (string, object)[] Attributes) last = Map(graph, stages[0], classes, side);
        foreach (BandedStage stage in stages.Skip(1))
        {
            (string op, string[] inputs, (string, object)[] attributes) = Map(graph, stage, classes, side);
            last = ("Add", [graph.Node(last.Op, last.Inputs, last.Attributes), graph.Node(op, inputs, attributes)], []);
        }

        string cam = graph.Output(last.Op, last.Inputs, "cam", ["1", $"{classes}", $"{side}", $"{side}"], last.Attributes);
        Grade(graph, cam, bias, temperature);
    }

    /// <summary>
    /// Computes a stage's map of each class at the resolution of the finest stage. Repeating pixels does not change their
    /// average, the logits.
    /// </summary>
    /// <returns>The node that computes the map, not yet added to the graph.</returns>
    private static (string Op, string[] Inputs, (string Name, object Value)[] Attributes) Map(
        OnnxGraph graph, BandedStage stage, int classes, int side)
    {
        int rows = stage.Side, count = stage.Bands.Length / rows;

        // One map per class and band, each applied only in its own rows. Multiplied by the number of rows, because the mean of a
        // band covers only its own rows.
        string maps = graph.Node(
            "Conv", [stage.Features,
                graph.Weights(stage.Weight, classes * count, stage.Weight.Length / classes / count, 1, 1)], OneByOne);
        float[] shares = [.. Enumerable.Repeat(stage.Bands.Select(share => share * rows), classes).SelectMany(all => all)];
        string inPlace = graph.Node("Mul", [maps, graph.Constant(shares, 1, classes * count, rows, 1)]);

        // Adds up the bands of each class.
        var sums = new float[classes * classes * count];
        for (int c = 0; c < classes; c++) sums.AsSpan((c * classes + c) * count, count).Fill(1);
        string[] added = [inPlace, graph.Constant(sums, classes, classes * count, 1, 1)];
        return rows == side
            ? ("Conv", added, [OneByOne])
            : ("Resize",
                [graph.Node("Conv", added, OneByOne), "", "", graph.Constant(1, classes, side, (long)side)],
                [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]);
    }

    /// <summary>
    /// Adds the output <c>quality</c> [1,1]: how much the picture resembles the training pictures. It reads the third stage and
    /// needs only a few small products. In a network that was trained as a whole, the last stage keeps little but the grade: by
    /// that stage, 40 % of drawn menu screens and 90 % of drawn organs were mistaken for lungs of the phantom; by the third
    /// stage, none and 30 %.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stages">
    /// The features of each stage, float32 [1,channels,side,side], each with half the side of the one before.
    /// </param>
    /// <param name="size">Rows and columns of the network's input.</param>
    /// <param name="gate">The gate fitted to such features; null only names the features.</param>
    public static void MeasureQuality(OnnxGraph graph, IReadOnlyList<string> stages, int size, QualityGate? gate)
    {
        int stage = Math.Min(QualityGate.Stage, stages.Count), side = size / (2 << stage);
        string features = graph.Alias(stages[stage - 1], QualityGate.FeaturesName);
        if (gate is null) return;
        int values = gate.Mean.Length, count = gate.Count;
        float[] bands = RowBands.Weights(QualityGate.Bands, side), turned = new float[bands.Length];
        for (int i = 0; i < bands.Length; i++) turned[i % side * QualityGate.Bands + i / side] = bands[i];
        string rows = graph.Node("ReduceMean", [features], ("axes", new long[] { 3 }), ("keepdims", 0));
        string banded = graph.Node("MatMul", [rows, graph.Constant(turned, side, QualityGate.Bands)]);
        string pooled = graph.Node("Flatten", [banded], ("axis", 1));
        string centred = graph.Node("Sub", [pooled, graph.Constant(gate.Mean, 1, values)]);
        string standard = graph.Node("Mul", [centred, graph.Constant(gate.InverseSpread, 1, values)]);
        string along = graph.Node("MatMul", [standard, graph.Constant(gate.Directions, values, count)]);
        string all = MeanSquare(standard, values), known = MeanSquare(along, count);

        // A rounding error may make the difference negative, and then it has no square root.
        string distance = graph.Node("Sqrt", [graph.Node("Relu", [graph.Node("Sub", [all, known])])]);
        string below = graph.Node("Sub", [graph.Constant([gate.Middle], 1, 1), distance]);
        graph.Output("Sigmoid", [graph.Node("Mul", [below, graph.Constant([gate.Slope], 1, 1)])], "quality", ["1", "1"]);

        // Both sums are divided by the number of all features.
        string MeanSquare(string of, int length)
        {
            var shares = new float[length];
            shares.AsSpan().Fill(1f / values);
            return graph.Node("MatMul", [graph.Node("Mul", [of, of]), graph.Constant(shares, length, 1)]);
        }
    }
}

/// <summary>One stage of a network as a banded classifier reads it.</summary>
/// <param name="Features">The features of the stage, float32 [1,channels,side,side].</param>
/// <param name="Side">Rows and columns of the features.</param>
/// <param name="Bands">The weight of each row in the mean of each band, row-major [bands,side].</param>
/// <param name="Weight">The classifier's weights, row-major [classes,bands,channels].</param>
internal sealed record BandedStage(string Features, int Side, float[] Bands, float[] Weight);
