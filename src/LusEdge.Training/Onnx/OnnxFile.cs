using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LusEdge.Infer;
using LusEdge.Training.Onnx.Proto;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Training.Onnx;

/// <summary>
/// An ONNX file written by <see cref="OnnxGraph"/>, read back for changes. Files of other programs are refused, because parts of
/// them that this trainer does not know would be lost.
/// </summary>
internal sealed class OnnxFile
{
    private readonly ModelProto _model;

    private OnnxFile(ModelProto model) => _model = model;

    /// <summary>The nodes, each after the nodes that it reads from.</summary>
    public IList<NodeProto> Nodes => _model.Graph.Node;

    /// <summary>The graph's outputs.</summary>
    public IList<ValueInfoProto> Outputs => _model.Graph.Output;

    /// <summary>Reads a file.</summary>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="file">The path of the file, for the message.</param>
    /// <exception cref="TrainingException">It is damaged, or written by another program.</exception>
    public static OnnxFile Parse(byte[] content, string file)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{file}: it is not a complete ONNX file. Export the model again.", e);
        }

        if (model.ProducerName == OnnxGraph.Producer && model.Graph is { Node.Count: > 0 }) return new OnnxFile(model);
        string producer = model.ProducerName.Length > 0
            ? $"it was written by {model.ProducerName}"
            : "it does not name the program that wrote it";
        throw new TrainingException(
            TrainingFailure.Unreadable,
            $"{file}: {producer}; only files written by `lusedge-train export` can be changed. Export the model with it.");
    }

    /// <summary>Serializes the file.</summary>
    public byte[] ToBytes() => _model.ToByteArray();

    /// <summary>Makes an independent copy.</summary>
    public OnnxFile Clone() => new(_model.Clone());

    /// <summary>Replaces the description in the metadata.</summary>
    public void SetDescription(ModelDescription description)
    {
        StringStringEntryProto entry = _model.MetadataProps.Single(property => property.Key == ModelDescription.MetadataKey);
        entry.Value = description.ToJson();
    }

    /// <summary>Makes an internal value an output of the graph.</summary>
    public void AddOutput(string value) => _model.Graph.Output.Add(
        new ValueInfoProto
        {
            Name = value,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } }
        });

    /// <summary>The nodes that read a value.</summary>
    public IEnumerable<NodeProto> ReadersOf(string value) => Nodes.Where(node => node.Input.Contains(value));

    /// <summary>Reads a constant of floats; null if the value is computed or has another type.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The numbers, row-major, and their shape.</returns>
    public (float[] Values, long[] Dims)? Floats(string value) =>
        _model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == value) is { DataType: (int)DataType.Float } found
            ? (MemoryMarshal.Cast<byte, float>(found.RawData.Span).ToArray(), [.. found.Dims])
            : null;

    /// <summary>Adds or replaces a constant.</summary>
    /// <param name="value">Its name.</param>
    /// <param name="type">The element type in the file, which must match <typeparamref name="T"/>.</param>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="dims">Their shape; none for a scalar.</param>
    /// <returns>The name.</returns>
    public string Constant<T>(string value, DataType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        Remove(value);
        var tensor = new TensorProto
        {
            Name = value,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values))
        };
        foreach (long dim in dims) tensor.Dims.Add(dim);
        _model.Graph.Initializer.Add(tensor);
        return value;
    }

    /// <summary>Removes a constant, if it exists.</summary>
    public void Remove(string value)
    {
        if (_model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == value) is { } old)
            _model.Graph.Initializer.Remove(old);
    }

    /// <summary>
    /// Converts weights stored in half precision to single precision, as a runtime does when it loads the file: the same numbers
    /// in twice the bytes.
    /// </summary>
    public void WidenHalfWeights()
    {
        Dictionary<string, TensorProto> halves = _model.Graph.Initializer.Where(
            tensor => tensor.DataType == (int)DataType.Float16).ToDictionary(tensor => tensor.Name);
        foreach (NodeProto cast in Nodes.Where(node => node.OpType == "Cast" && halves.ContainsKey(node.Input[0])).ToArray())
        {
            TensorProto half = halves[cast.Input[0]];
            var wide = new float[half.RawData.Length / 2];
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(half.RawData.Span), wide);
            Constant<float>(cast.Output[0], DataType.Float, wide, [.. half.Dims]);
            Remove(half.Name);
            Nodes.Remove(cast);
        }
    }
}
