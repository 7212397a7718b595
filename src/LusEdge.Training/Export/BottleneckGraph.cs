using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Fit;
using LusEdge.Training.Onnx;
using static TorchSharp.torch;

namespace LusEdge.Training.Export;

/// <summary>
/// Writes a network that was trained on colour pictures as an ONNX file that takes the appliance's gray picture as it is. The
/// three channels' kernels are added up, which is exact inside the picture; a second channel of ones carries what differs between
/// the channels, their means, so that it is exact along the border too, where the padding is zero in each channel.
/// </summary>
internal static class BottleneckGraph
{
    /// <summary>A whole model's file: the network as far as the head's stage, and the head.</summary>
    /// <param name="network">Trained, and no deeper than the head reads; only read.</param>
    /// <param name="head">What grades its features.</param>
    /// <param name="description">What the file says about itself; its input and temperature are what the graph computes with.</param>
    /// <param name="halfWeights">Store weights in half precision.</param>
    public static byte[] Build(BottleneckNetwork network, LinearHead head, ModelDescription description, bool halfWeights)
    {
        using var noGradient = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var graph = new OnnxGraph("bottleneck_network", halfWeights);
        int size = description.Input.Width, side = size / Shrink(network);
        string features = Add(graph, network, size)[^1];
        SeverityGraph.ClassifyBands(
            graph, features, side, RowBands.Weights(head.Bands, side), side, head.Weight, head.Bias, (float)description.Temperature);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    /// <summary>A network's features of every row, averaged along it, as <see cref="FeatureExtractor"/> reads them.</summary>
    /// <param name="network">Trained; only read.</param>
    /// <param name="size">Width and height of the network's input in pixels.</param>
    /// <param name="stages">The stages whose features are wanted, from 1.</param>
    /// <returns>A file with an output <c>stage1</c>, <c>stage2</c> …, float32 [1, channels, rows], for each of them.</returns>
    public static byte[] BuildRows(BottleneckNetwork network, int size, params ReadOnlySpan<int> stages)
    {
        using var noGradient = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var graph = new OnnxGraph("bottleneck_rows");
        string[] features = Add(graph, network, size);
        foreach (int stage in stages)
        {
            graph.Output(
                "ReduceMean", [features[stage - 1]], $"stage{stage}", ["1", "channels", $"rows{stage}"], ("axes", new long[] { 3 }), ("keepdims", 0));
        }

        return graph.ToBytes();
    }

    /// <summary>Gray as the network takes it: 0-255 minus the mean of the three channels' means.</summary>
    internal static ModelPreprocessing Preprocessing { get; } =
        new("gray", "stretch-half-pixel-bilinear", BottleneckNetwork.Means.Average() / 255, 1.0 / 255);

    /// <summary>How many pixels of the input a pixel of the last features stands for: 4 in the first stage, twice as many in each that follows.</summary>
    private static int Shrink(BottleneckNetwork network) => 2 << network.Stages.Count;

    /// <summary>Adds input and convolutions.</summary>
    /// <returns>The features of each stage.</returns>
    private static string[] Add(OnnxGraph graph, BottleneckNetwork network, int size)
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

        return [.. features];
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
