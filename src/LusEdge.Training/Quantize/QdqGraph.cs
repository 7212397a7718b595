using LusEdge.Training.Onnx;
using LusEdge.Training.Onnx.Proto;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Training.Quantize;

/// <summary>
/// Rewrites the convolutional part of a graph to compute in 8-bit integers. Around every value it places a pair of QuantizeLinear
/// and DequantizeLinear nodes (QDQ), which a runtime merges with the convolution between them. The nodes before the first and
/// after the last convolution stay as they are: they cost next to nothing, and the grades depend on them.
/// </summary>
internal sealed class QdqGraph
{
    /// <summary>
    /// Weights have 7 bits: on a processor that multiplies pairs of bytes into 16 bits (AVX2 without VNNI), two full-size
    /// products would overflow and be clipped.
    /// </summary>
    private const int LargestWeight = 63;

    private readonly OnnxFile _file;
    private readonly HashSet<NodeProto> _nodes;

    /// <param name="file">The file with weights in full precision; it is only read.</param>
    /// <param name="spared">The number of first convolutions that stay as they are.</param>
    public QdqGraph(OnnxFile file, int spared)
    {
        _file = file;

        // The classifier is a convolution too, and the quality output has sums and a rectifier; but only the network has them in
        // sequence.
        NodeProto[] sums = [.. file.Nodes.Where(node => node.OpType == "Add" && Feeds(node, reader => reader.OpType == "Relu"))];
        NodeProto[] convolutions =
            [.. file.Nodes.Where(node => node.OpType == "Conv"
                && Feeds(node, reader => reader.OpType == "Relu" || sums.Contains(reader))).Skip(spared)];
        NodeProto[] others = [.. sums, .. file.Nodes.Where(
            node => node.OpType == "MaxPool" || (node.OpType == "Relu" && !Feeds(node, reader => reader.OpType == "Sqrt")))];
        _nodes = [.. convolutions, .. others];
        Values = [.. _nodes.SelectMany(Around).Distinct()];
    }

    /// <summary>The values to quantise, whose ranges are needed.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>Builds the quantised file.</summary>
    /// <param name="ranges">The range of each of <see cref="Values"/>.</param>
    public OnnxFile Build(IReadOnlyDictionary<string, QuantizedRange> ranges)
    {
        OnnxFile built = _file.Clone();
        NodeProto[] nodes = [.. built.Nodes];
        HashSet<string> quantized = [.. _nodes.Select(node => node.Name)], values = [.. Values];
        built.Nodes.Clear();
        foreach (NodeProto node in nodes)
        {
            if (node.OpType == "Conv" && quantized.Contains(node.Name)) QuantizeWeights(built, node, RangeOf(node.Input[0]));
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (values.Contains(node.Input[i])) node.Input[i] = Dequantized(node.Input[i]);
            }

            built.Nodes.Add(node);
            if (values.Contains(node.Output[0])) Surround(built, node.Output[0], RangeOf(node.Output[0]));
        }

        return built;

        // The maximum of some numbers is one of them, so it keeps their steps.
        QuantizedRange RangeOf(string value) =>
            _file.Nodes.First(node => node.Output[0] == value) is { OpType: "MaxPool" } pool
                ? RangeOf(pool.Input[0])
                : ranges[value];
    }

    private static string Dequantized(string value) => $"{value}_dequantized";

    private static void Surround(OnnxFile built, string value, QuantizedRange range)
    {
        string scale = built.Constant<float>($"{value}_scale", DataType.Float, [range.Scale]);
        string zero = built.Constant<byte>($"{value}_zero", DataType.Uint8, [range.ZeroPoint]);
        built.Nodes.Add(Node("QuantizeLinear", $"{value}_quantized", value, scale, zero));
        built.Nodes.Add(Node("DequantizeLinear", Dequantized(value), $"{value}_quantized", scale, zero));
    }

    /// <summary>
    /// Quantises a convolution. Each output channel has its own scale; the bias is in units of the input's scale times the
    /// weight's scale.
    /// </summary>
    private static void QuantizeWeights(OnnxFile built, NodeProto convolution, QuantizedRange input)
    {
        (string weight, string bias) = (convolution.Input[1], convolution.Input[2]);
        (float[] kernels, long[] dims) = built.Floats(weight)!.Value;
        (float[] biases, _) = built.Floats(bias)!.Value;
        int channels = biases.Length, each = kernels.Length / channels;
        (float[] scales, float[] products) = (new float[channels], new float[channels]);
        (sbyte[] steps, int[] biasSteps) = (new sbyte[kernels.Length], new int[channels]);
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> own = kernels.AsSpan(channel * each, each);
            float largest = 0;
            foreach (float value in own) largest = MathF.Max(largest, MathF.Abs(value));

            // If a channel has a large bias and hardly any weights, the scale must still let the bias fit into 32 bits.
            float scale =
                MathF.Max(MathF.Max(largest / LargestWeight, MathF.Abs(biases[channel]) / (input.Scale * (1 << 30))), 1e-12f);
            for (int i = 0; i < each; i++)
                steps[channel * each + i] = (sbyte)Math.Clamp(MathF.Round(own[i] / scale), -LargestWeight, LargestWeight);
            scales[channel] = scale;
            products[channel] = input.Scale * scale;
            biasSteps[channel] = (int)Math.Round(biases[channel] / (double)products[channel]);
        }

        built.Remove(weight);
        built.Remove(bias);
        convolution.Input[1] = Stored(weight, built.Constant<sbyte>($"{weight}_quantized", DataType.Int8, steps, dims), scales,
            built.Constant<sbyte>($"{weight}_zero", DataType.Int8, new sbyte[channels], channels));
        convolution.Input[2] =
            Stored(bias, built.Constant<int>($"{bias}_quantized", DataType.Int32, biasSteps, channels), products);

        string Stored(string name, string quantized, float[] by, params string[] zero)
        {
            string scale = built.Constant<float>($"{name}_scale", DataType.Float, by, channels);
            NodeProto node = Node("DequantizeLinear", Dequantized(name), [quantized, scale, .. zero]);
            node.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
            built.Nodes.Add(node);
            return node.Output[0];
        }
    }

    private static NodeProto Node(string op, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { Name = output, OpType = op, Output = { output } };
        foreach (string input in inputs) node.Input.Add(input);
        return node;
    }

    /// <summary>
    /// The values to quantise around a node. The value between a convolution or sum and its rectifier is left out, because both
    /// are computed in one.
    /// </summary>
    private IEnumerable<string> Around(NodeProto node)
    {
        IEnumerable<string> read = node.OpType == "Conv" ? node.Input.Take(1) : node.OpType == "Relu" ? [] : node.Input;
        return node.OpType is "Conv" or "Add" && Feeds(node, reader => reader.OpType == "Relu")
            ? read
            : [.. read, node.Output[0]];
    }

    private bool Feeds(NodeProto node, Func<NodeProto, bool> reader) => _file.ReadersOf(node.Output[0]).All(reader);
}
