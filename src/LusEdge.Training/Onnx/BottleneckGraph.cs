using LusEdge.Infer;
using LusEdge.Training.Networks;
using static TorchSharp.torch;

namespace LusEdge.Training.Onnx;

/// <summary>
/// Writes a network trained on colour pictures as an ONNX file that takes the appliance's gray picture. The kernels of the three
/// channels are added up, which is exact inside the picture. A second channel of ones carries the difference between the
/// channels, their means, so that the result is also exact along the border, where the padding is zero in each channel.
/// </summary>
internal static class BottleneckGraph
{
    /// <summary>Builds a complete model file: the network up to the last stage that the head reads, and the head.</summary>
    /// <param name="network">The trained network, no deeper than the head needs; it is only read.</param>
    /// <param name="head">The head that grades the network's features.</param>
    /// <param name="description">The description in the file. Its input and temperature are also used in the graph.</param>
    /// <param name="halfWeights">Stores weights in half precision.</param>
    /// <param name="quality">The gate fitted to the training pictures; null for a file without quality output.</param>
    /// <param name="stages">
    /// The stages that the head reads, from 1, in the order of its weights; none for only the last one.
    /// </param>
    public static byte[] Build(
        BottleneckNetwork network,
        LinearHead head,
        ModelDescription description,
        bool halfWeights,
        QualityGate? quality = null,
        params ReadOnlySpan<int> stages)
    {
        using var noGradient = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var graph = new OnnxGraph("bottleneck_network", halfWeights);
        int size = description.Input.Width;
        int[] read = stages.IsEmpty ? [network.Stages.Count] : stages.ToArray();
        (string gray, string[] features) = Add(graph, network, size);

        // Weights beyond those for the stages belong to the profile.
        if (head.Weight.Length / head.Bias.Length > read.Sum(stage => head.Bands * ChannelsOf(network, stage)))
            read = [.. read, RowProfile.Stage];
        if (head.Bands == 1 && read.Length == 1)
            SeverityGraph.Classify(graph, features[read[0] - 1], head.Weight, head.Bias, (float)description.Temperature);
        else
        {
            SeverityGraph.ClassifyBands(
                graph, [.. Split(network, head, read, size, stage => stage == RowProfile.Stage
                    ? RowProfile.Add(graph, gray, size)
                    : features[stage - 1])], head.Bias, (float)description.Temperature);
        }

        SeverityGraph.MeasureQuality(graph, features, size, quality);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>
    /// Splits the head by stages. For each class, the head has the weights of one stage after those of another.
    /// </summary>
    private static IEnumerable<BandedStage> Split(
        BottleneckNetwork network, LinearHead head, int[] stages, int size, Func<int, string> features)
    {
        int classes = head.Bias.Length, each = head.Weight.Length / classes, before = 0;
        foreach (int stage in stages)
        {
            int side = stage == RowProfile.Stage ? RowProfile.RowsOf(size) : size / (2 << stage);
            int bands = stage == RowProfile.Stage ? side : head.Bands, inputs = bands * ChannelsOf(network, stage), from = before;
            float[] weight = [.. Enumerable.Range(0, classes).SelectMany(c => head.Weight.Skip(c * each + from).Take(inputs))];
            yield return new BandedStage(features(stage), side, RowBands.Weights(bands, side), weight);
            before += inputs;
        }
    }

    private static int ChannelsOf(BottleneckNetwork network, int stage) =>
        stage == RowProfile.Stage ? RowProfile.Channels : (int)network.Stages[stage - 1][^1].Third.out_channels;

    /// <summary>
    /// Builds a file that computes the features of every row, averaged along it: the input for training a linear head.
    /// </summary>
    /// <param name="network">The trained network; it is only read.</param>
    /// <param name="size">Width and height of the network's input in pixels.</param>
    /// <param name="stages">The wanted stages, from 1, and <see cref="RowProfile.Stage"/> for the profile.</param>
    /// <returns>A file with an output <c>stage1</c>, <c>stage2</c> …, float32 [1, channels, rows], for each of them.</returns>
    public static byte[] BuildRows(BottleneckNetwork network, int size, params ReadOnlySpan<int> stages)
    {
        using var noGradient = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var graph = new OnnxGraph("bottleneck_rows");
        (string gray, string[] features) = Add(graph, network, size);
        foreach (int stage in stages)
        {
            string read = stage == RowProfile.Stage ? RowProfile.Add(graph, gray, size) : features[stage - 1];
            graph.Output(
                "ReduceMean", [read], $"stage{stage}", ["1", "channels", $"rows{stage}"], ("axes", new long[] { 3 }),
                ("keepdims", 0));
        }

        return graph.ToBytes();
    }

    /// <summary>The network's gray input: 0-255 minus the mean of the three channels' means.</summary>
    internal static ModelPreprocessing Preprocessing { get; } =
        new("gray", "stretch-half-pixel-bilinear", BottleneckNetwork.Means.Average() / 255, 1.0 / 255);

    /// <summary>Adds input and convolutions to a graph.</summary>
    /// <returns>The network's input, and the features of each stage.</returns>
    private static (string Gray, string[] Features) Add(OnnxGraph graph, BottleneckNetwork network, int size)
    {
        string gray = SeverityGraph.Preprocess(graph, size, size, (float)Preprocessing.Mean, (float)Preprocessing.Std);
        var ones = new float[size * size];
        ones.AsSpan().Fill(1);
        string value = graph.Node("Concat", [gray, graph.Constant(ones, 1, 1, size, size)], ("axis", 1));
        Tensor kernels = network.Stem.weight!;
        Tensor offsets =
            tensor(BottleneckNetwork.Means.Select(mean => BottleneckNetwork.Means.Average() - mean).ToArray()).view(1, -1, 1, 1);
        Tensor folded = stack([kernels.sum(1), (kernels * offsets).sum(1)], 1);
        value = graph.Node("Relu", [ResidualGraph.Convolve(graph, value, network.Stem, folded, network.StemNorm)]);
        value = graph.Node("MaxPool", [value], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 }));
        var features = new List<string>();
        foreach (IReadOnlyList<BottleneckBlock> stage in network.Stages)
        {
            foreach (BottleneckBlock block in stage) value = Add(graph, value, block);
            features.Add(value);
        }

        return (gray, [.. features]);
    }

    private static string Add(OnnxGraph graph, string input, BottleneckBlock block)
    {
        string through = graph.Node("Relu", [ResidualGraph.Convolve(graph, input, block.First, block.FirstNorm)]);
        through = graph.Node("Relu", [ResidualGraph.Convolve(graph, through, block.Second, block.SecondNorm)]);
        through = ResidualGraph.Convolve(graph, through, block.Third, block.ThirdNorm);
        string around = block.Shortcut is null
            ? input
            : ResidualGraph.Convolve(graph, input, block.Shortcut, block.ShortcutNorm!);
        return graph.Node("Relu", [graph.Node("Add", [through, around])]);
    }
}
