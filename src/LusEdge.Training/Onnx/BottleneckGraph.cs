using LusEdge.Infer;
using LusEdge.Training.Networks;
using static TorchSharp.torch;

namespace LusEdge.Training.Onnx;

/// <summary>
/// Writes a network that was trained on colour pictures as an ONNX file that takes the appliance's gray picture as it is. The
/// three channels' kernels are added up, which is exact inside the picture; a second channel of ones carries what differs between
/// the channels, their means, so that it is exact along the border too, where the padding is zero in each channel.
/// </summary>
internal static class BottleneckGraph
{
    /// <summary>A whole model's file: the network as far as the head's last stage, and the head.</summary>
    /// <param name="network">Trained, and no deeper than the head reads; only read.</param>
    /// <param name="head">What grades its features.</param>
    /// <param name="description">What the file says about itself; its input and temperature are what the graph computes with.</param>
    /// <param name="halfWeights">Store weights in half precision.</param>
    /// <param name="quality">What the pictures that it was trained on are like; null for a file without that output.</param>
    /// <param name="stages">The stages that the head reads, from 1, in the order of its weights; none for the last one.</param>
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

        // What the head has weights for beyond the stages is the profile.
        if (head.Weight.Length / head.Bias.Length > read.Sum(stage => head.Bands * ChannelsOf(network, stage))) read = [.. read, RowProfile.Stage];
        if (head.Bands == 1 && read.Length == 1) SeverityGraph.Classify(graph, features[read[0] - 1], head.Weight, head.Bias, (float)description.Temperature);
        else SeverityGraph.ClassifyBands(graph, [.. Split(network, head, read, size, stage => stage == RowProfile.Stage ? RowProfile.Add(graph, gray, size) : features[stage - 1])], head.Bias, (float)description.Temperature);
        SeverityGraph.Judge(graph, features, size, quality);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>The head's part for each stage: a class has one stage's weights after the other's.</summary>
    private static IEnumerable<BandedStage> Split(BottleneckNetwork network, LinearHead head, int[] stages, int size, Func<int, string> features)
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

    /// <summary>A network's features of every row, averaged along it: what a linear head is trained on.</summary>
    /// <param name="network">Trained; only read.</param>
    /// <param name="size">Width and height of the network's input in pixels.</param>
    /// <param name="stages">The stages whose features are wanted, from 1, and <see cref="RowProfile.Stage"/> for the profile.</param>
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
                "ReduceMean", [read], $"stage{stage}", ["1", "channels", $"rows{stage}"], ("axes", new long[] { 3 }), ("keepdims", 0));
        }

        return graph.ToBytes();
    }

    /// <summary>Gray as the network takes it: 0-255 minus the mean of the three channels' means.</summary>
    internal static ModelPreprocessing Preprocessing { get; } =
        new("gray", "stretch-half-pixel-bilinear", BottleneckNetwork.Means.Average() / 255, 1.0 / 255);

    /// <summary>Adds input and convolutions.</summary>
    /// <returns>The network's input, and the features of each stage.</returns>
    private static (string Gray, string[] Features) Add(OnnxGraph graph, BottleneckNetwork network, int size)
    {
        string gray = SeverityGraph.Preprocess(graph, size, size, (float)Preprocessing.Mean, (float)Preprocessing.Std);
        var ones = new float[size * size];
        ones.AsSpan().Fill(1);
        string value = graph.Node("Concat", [gray, graph.Constant(ones, 1, 1, size, size)], ("axis", 1));
        Tensor kernels = network.Stem.weight!;
        Tensor offsets = tensor(BottleneckNetwork.Means.Select(mean => BottleneckNetwork.Means.Average() - mean).ToArray()).view(1, -1, 1, 1);
        Tensor folded = stack([kernels.sum(1), (kernels * offsets).sum(1)], 1);
        value = graph.Node("Relu", [ResidualGraph.Convolve(graph, value, network.Stem, folded, network.StemNorm)]);
        value = graph.Node("MaxPool", [value], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }));
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
        string around = block.Shortcut is null ? input : ResidualGraph.Convolve(graph, input, block.Shortcut, block.ShortcutNorm!);
        return graph.Node("Relu", [graph.Node("Add", [through, around])]);
    }
}
