using LusEdge.Infer;
using LusEdge.Training.Networks;
using LusEdge.Training.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Onnx;

/// <summary>
/// Writes a trained network as an ONNX file that takes the appliance's picture as it is. Batch normalisation is folded into the
/// preceding convolution: after training, both together are one multiplication and one addition.
/// </summary>
internal static class ResidualGraph
{
    /// <summary>Builds a model file.</summary>
    /// <param name="network">The trained network; it is only read.</param>
    /// <param name="description">
    /// The description in the file. Its input, normalisation and temperature are also used in the graph.
    /// </param>
    /// <param name="quality">The gate fitted to the training pictures; null for a file without quality output.</param>
    /// <param name="halfWeights">Stores weights in half precision.</param>
    public static byte[] Build(
        ResidualNetwork network, ModelDescription description, QualityGate? quality = null, bool halfWeights = false)
    {
        using var noGradient = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var graph = new OnnxGraph("residual_network", halfWeights);
        ModelPreprocessing picture = description.Preprocessing;
        string value = SeverityGraph.Preprocess(
            graph, description.Input.Width, description.Input.Height, (float)picture.Mean, (float)picture.Std);

        value = graph.Node("Relu", [Convolve(graph, value, network.Stem, network.StemNorm)]);
        value = graph.Node("MaxPool", [value], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 }));
        var features = new List<string>();
        foreach (IReadOnlyList<ResidualBlock> stage in network.Stages)
        {
            foreach (ResidualBlock block in stage) value = Add(graph, value, block);
            features.Add(value);
        }

        SeverityGraph.Classify(
            graph, value, Numbers(network.Classifier.weight!), Numbers(network.Classifier.bias!), (float)description.Temperature);
        SeverityGraph.MeasureQuality(graph, features, description.Input.Width, quality);
        return graph.ToBytes((ModelDescription.MetadataKey, description.ToJson()));
    }

    private static string Add(OnnxGraph graph, string input, ResidualBlock block)
    {
        string through = graph.Node("Relu", [Convolve(graph, input, block.First, block.FirstNorm)]);
        through = Convolve(graph, through, block.Second, block.SecondNorm);
        string around = block.Shortcut is null ? input : Convolve(graph, input, block.Shortcut, block.ShortcutNorm!);
        return graph.Node("Relu", [graph.Node("Add", [through, around])]);
    }

    /// <summary>Adds a convolution and the following normalisation as one convolution.</summary>
    internal static string Convolve(OnnxGraph graph, string input, Conv2d convolution, BatchNormalisation norm) =>
        Convolve(graph, input, convolution, convolution.weight!, norm);

    /// <summary>Does the same with other weights than the convolution's own.</summary>
    internal static string Convolve(OnnxGraph graph, string input, Conv2d convolution, Tensor kernels, BatchNormalisation norm)
    {
        // gamma * (w x + b - mean) / sqrt(var + eps) + beta, rearranged by the terms that depend on x.
        Tensor scale = norm.Weight / norm.RunningVariance.Plus(norm.Epsilon).sqrt();
        Tensor weight = kernels * scale.view(-1, 1, 1, 1);
        Tensor shift = convolution.bias is { } own ? norm.RunningMean - own : norm.RunningMean;
        Tensor bias = norm.Bias - shift * scale;
        long stride = convolution.stride[0], padding = convolution.padding![0];
        return graph.Node(
            "Conv",
            [input, graph.Weights(Numbers(weight), weight.shape), graph.Constant(Numbers(bias), bias.shape)],
            ("kernel_shape", weight.shape[2..]),
            ("strides", new[] { stride, stride }),
            ("pads", new[] { padding, padding, padding, padding }));
    }

    internal static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
