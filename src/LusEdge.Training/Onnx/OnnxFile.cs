using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using LusEdge.Infer;
using LusEdge.Training.Onnx.Proto;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Training.Onnx;

/// <summary>
/// An ONNX file that <see cref="OnnxGraph"/> wrote, read back to be changed. Files of other programs are refused: what this trainer
/// does not write it does not know to keep.
/// </summary>
internal sealed class OnnxFile
{
    private readonly ModelProto _model;

    private OnnxFile(ModelProto model) => _model = model;

    /// <summary>The nodes, each after those that it reads.</summary>
    public IList<NodeProto> Nodes => _model.Graph.Node;

    /// <summary>The graph's outputs.</summary>
    public IList<ValueInfoProto> Outputs => _model.Graph.Output;

    /// <summary>Reads a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="file">Its path, for the message.</param>
    /// <exception cref="TrainingException">It is damaged, or another program wrote it.</exception>
    public static OnnxFile Parse(byte[] content, string file)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: it is no ONNX file, or not all of one. Export the model again.", e);
        }

        return model.ProducerName == OnnxGraph.Producer && model.Graph is { Node.Count: > 0 }
            ? new OnnxFile(model)
            : throw new TrainingException(
                TrainingFailure.Unreadable,
                $"{file}: {(model.ProducerName.Length > 0 ? $"{model.ProducerName} wrote it" : "it does not say what wrote it")}; only what `lusedge-train export` wrote can be changed. Export the model with it.");
    }

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => _model.ToByteArray();

    /// <summary>A copy that can be changed by itself.</summary>
    public OnnxFile Clone() => new(_model.Clone());

    /// <summary>Says something else in the metadata.</summary>
    public void Describe(ModelDescription description)
    {
        StringStringEntryProto entry = _model.MetadataProps.Single(property => property.Key == ModelDescription.MetadataKey);
        entry.Value = description.ToJson();
    }

    /// <summary>Makes a value that nodes hand on among themselves an output of the graph too.</summary>
    public void Expose(string value) => _model.Graph.Output.Add(
        new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } });

    /// <summary>The nodes that read a value.</summary>
    public IEnumerable<NodeProto> ReadersOf(string value) => Nodes.Where(node => node.Input.Contains(value));

    /// <summary>Constant floats, or null if the value is computed or of another type.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>Row-major, with their shape.</returns>
    public (float[] Values, long[] Dims)? Floats(string value) =>
        _model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == value) is { DataType: (int)DataType.Float } found
            ? (MemoryMarshal.Cast<byte, float>(found.RawData.Span).ToArray(), [.. found.Dims])
            : null;

    /// <summary>Adds a constant, or puts another in its place.</summary>
    /// <param name="value">Its name.</param>
    /// <param name="type">Its type in the file, which is that of <typeparamref name="T"/>.</param>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="dims">Their shape; none for a scalar.</param>
    /// <returns>The name.</returns>
    public string Constant<T>(string value, DataType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        Remove(value);
        var tensor = new TensorProto { Name = value, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (long dim in dims) tensor.Dims.Add(dim);
        _model.Graph.Initializer.Add(tensor);
        return value;
    }

    /// <summary>Takes a constant away, if it is there.</summary>
    public void Remove(string value)
    {
        if (_model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == value) is { } old) _model.Graph.Initializer.Remove(old);
    }

    /// <summary>Weights that are stored in half precision become what they are widened to at every start: the same numbers, twice the bytes.</summary>
    public void Widen()
    {
        Dictionary<string, TensorProto> halves = _model.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float16).ToDictionary(tensor => tensor.Name);
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
