using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Training.Onnx;

/// <summary>
/// The two ends that all severity models share, whatever the network between them: from the appliance's picture to the network's
/// input, and from the network's last features to the three outputs that the appliance reads.
/// </summary>
internal static partial class SeverityGraph
{
    /// <summary>The shape of the weights implies it, but OpenCV needs it as an attribute.</summary>
    private static readonly (string Name, object Value) OneByOne = ("kernel_shape", new long[] { 1, 1 });

    /// <summary>
    /// Adds the input <c>frame</c>, uint8 [1,1,h,w] of any size, and casts, stretches (half-pixel bilinear, no antialiasing) and
    /// normalises it.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="width">The network's input width in pixels.</param>
    /// <param name="height">The network's input height in pixels.</param>
    /// <param name="mean">Mean gray, 0-1.</param>
    /// <param name="std">Standard deviation of gray, 0-1.</param>
    /// <returns>Float32 [1,1,height,width]: (gray / 255 - mean) / std.</returns>
    public static string Preprocess(OnnxGraph graph, int width, int height, float mean, float std)
    {
        string frame = graph.Input("frame", DataType.Uint8, "1", "1", "h", "w");
        string gray = graph.Node("Cast", [frame], ("to", (int)DataType.Float));
        string resized = graph.Node(
            "Resize",
            [gray, "", "", graph.Constant(1L, 1, height, width)],
            ("mode", "linear"),
            ("coordinate_transformation_mode", "half_pixel"));
        string scaled = graph.Node("Mul", [resized, graph.Constant([1 / (255 * std)])]);
        return graph.Node("Sub", [scaled, graph.Constant([mean / std])]);
    }

    /// <summary>
    /// Adds the outputs <c>logits</c> and <c>probabilities</c> [1,classes] and <c>cam</c> [1,classes,fh,fw]. The class activation
    /// map is a 1x1 convolution with the classifier's weights. Its average over the picture is the logits, so the map costs
    /// nothing extra.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">The network's last features, float32 [1,channels,fh,fw].</param>
    /// <param name="weight">The classifier's weights, row-major [classes,channels].</param>
    /// <param name="bias">The classifier's biases, one per class.</param>
    /// <param name="temperature">Divides the logits before the softmax.</param>
    public static void Classify(
        OnnxGraph graph, string features, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float temperature)
    {
        int classes = bias.Length;
        string cam = graph.Output(
            "Conv", [features, graph.Weights(weight, classes, weight.Length / classes, 1, 1)], "cam",
            ["1", $"{classes}", "fh", "fw"], OneByOne);
        Grade(graph, cam, bias, temperature);
    }

    private static void Grade(OnnxGraph graph, string cam, ReadOnlySpan<float> bias, float temperature)
    {
        string shape = $"{bias.Length}";
        string pooled = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [cam])], ("axis", 1));
        string logits = graph.Output("Add", [pooled, graph.Constant(bias, 1, bias.Length)], "logits", ["1", shape]);
        string calibrated = graph.Node("Div", [logits, graph.Constant([temperature])]);
        graph.Output("Softmax", [calibrated], "probabilities", ["1", shape], ("axis", 1));
    }
}
