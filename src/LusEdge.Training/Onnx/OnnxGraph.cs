using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LusEdge.Training.Onnx.Proto;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Training.Onnx;

/// <summary>Builds an ONNX file node by node. The same calls give the same bytes.</summary>
/// <param name="name">The graph's name.</param>
/// <param name="halfWeights">Stores weights in half precision. A runtime widens them once, when it loads the file.</param>
internal sealed class OnnxGraph(string name, bool halfWeights = false)
{
    /// <summary>Operator set of the default domain: the newest that OpenCV 4.6 and TensorRT 8 can read.</summary>
    private const int OperatorSet = 13;

    /// <summary>The file format version for that operator set.</summary>
    private const int IrVersion = 7;

    /// <summary>The producer name in the file.</summary>
    internal const string Producer = "lusedge-train";

    private readonly GraphProto _graph = new() { Name = name };
    private int _values;

    /// <summary>Adds an input.</summary>
    /// <param name="input">Its name.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="dims">Its shape: numbers, or names for free dimensions.</param>
    /// <returns>The value's name.</returns>
    public string Input(string input, DataType type, params ReadOnlySpan<string> dims)
    {
        _graph.Input.Add(Value(input, type, dims));
        return input;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The operator's type, for instance <c>Conv</c>.</param>
    /// <param name="inputs">The values that it reads; an empty name leaves out an optional input.</param>
    /// <param name="attributes">Its attributes: int, float, string or long[].</param>
    /// <returns>The output's name.</returns>
    public string Node(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string output = $"{op.ToLowerInvariant()}_{_values++}";
        Add(op, inputs, output, attributes);
        return output;
    }

    /// <summary>
    /// Gives a value a second name under which it can be found in the file. It costs nothing, because a runtime removes it.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The name.</param>
    /// <returns>The name.</returns>
    public string Alias(string value, string name)
    {
        Add("Identity", [value], name, []);
        return name;
    }

    /// <summary>Adds a node whose output is an output of the graph.</summary>
    /// <param name="op">The operator's type.</param>
    /// <param name="inputs">The values that it reads.</param>
    /// <param name="output">The output's name.</param>
    /// <param name="dims">The output's shape, float32.</param>
    /// <param name="attributes">Its attributes: int, float, string or long[].</param>
    /// <returns>The output's name.</returns>
    public string Output(
        string op, ReadOnlySpan<string> inputs, string output, ReadOnlySpan<string> dims,
        params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Add(op, inputs, output, attributes);
        _graph.Output.Add(Value(output, DataType.Float, dims));
        return output;
    }

    /// <summary>Adds constant floats.</summary>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="dims">Their shape; none for a scalar.</param>
    /// <returns>The value's name.</returns>
    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        Constant(DataType.Float, MemoryMarshal.AsBytes(values), values.Length, dims);

    /// <summary>
    /// Adds the weights of a network: constant floats, possibly stored in half precision. The computation uses float32.
    /// </summary>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="dims">Their shape.</param>
    /// <returns>The value's name.</returns>
    public string Weights(ReadOnlySpan<float> values, params ReadOnlySpan<long> dims)
    {
        if (!halfWeights) return Constant(values, dims);
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        string stored = Constant(DataType.Float16, MemoryMarshal.AsBytes<Half>(halves), values.Length, dims);
        return Node("Cast", [stored], ("to", (int)DataType.Float));
    }

    /// <summary>Adds constant integers, for shapes and sizes.</summary>
    /// <param name="values">The numbers, a vector.</param>
    /// <returns>The value's name.</returns>
    public string Constant(params ReadOnlySpan<long> values) =>
        Constant(DataType.Int64, MemoryMarshal.AsBytes(values), values.Length, [values.Length]);

    /// <summary>Serializes the finished file.</summary>
    /// <param name="metadata">Entries of <c>metadata_props</c>.</param>
    public byte[] ToBytes(params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Producer,
            ProducerVersion = typeof(OnnxGraph).Assembly.GetName().Version!.ToString(3),
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        foreach ((string key, string value) in metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(string value, DataType type, ReadOnlySpan<string> dims)
    {
        var shape = new TensorShapeProto();
        foreach (string dim in dims)
        {
            shape.Dim.Add(long.TryParse(dim, out long number)
                ? new TensorShapeProto.Types.Dimension { DimValue = number }
                : new TensorShapeProto.Types.Dimension { DimParam = dim });
        }

        return new ValueInfoProto
        {
            Name = value,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } }
        };
    }

    private string Constant(DataType type, ReadOnlySpan<byte> raw, int count, ReadOnlySpan<long> dims)
    {
        // The format is little-endian, and so are all machines that this runs on.
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");
        long expected = 1;
        foreach (long dim in dims) expected *= dim;
        if (expected != count) throw new ArgumentException($"{count} numbers do not fill a shape of {expected}.", nameof(dims));
        string value = $"constant_{_values++}";
        var tensor = new TensorProto { Name = value, DataType = (int)type, RawData = ByteString.CopyFrom(raw) };
        foreach (long dim in dims) tensor.Dims.Add(dim);
        _graph.Initializer.Add(tensor);
        return value;
    }

    private void Add(string op, ReadOnlySpan<string> inputs, string output, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { Name = output, OpType = op, Output = { output } };
        foreach (string input in inputs) node.Input.Add(input);
        foreach ((string attribute, object value) in attributes) node.Attribute.Add(Attribute(attribute, value));
        _graph.Node.Add(node);
    }

    private static AttributeProto Attribute(string attribute, object value)
    {
        var proto = new AttributeProto { Name = attribute };
        switch (value)
        {
            case int number: (proto.Type, proto.I) = (AttributeProto.Types.AttributeType.Int, number); break;
            case float number: (proto.Type, proto.F) = (AttributeProto.Types.AttributeType.Float, number); break;
            case string text:
                (proto.Type, proto.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] numbers:
                proto.Type = AttributeProto.Types.AttributeType.Ints;
                proto.Ints.AddRange(numbers);
                break;
            default:
                throw new ArgumentException(
                    $"attribute {attribute} has a type that none of these operators takes: {value.GetType().Name}.",
                    nameof(value));
        }

        return proto;
    }
}
