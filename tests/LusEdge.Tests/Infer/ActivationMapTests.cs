using LusEdge.Infer;
using LusEdge.Training.Onnx;
using Microsoft.Extensions.Logging.Abstractions;
using DataType = LusEdge.Training.Onnx.Proto.TensorProto.Types.DataType;

namespace LusEdge.Tests.Infer;

public sealed class ActivationMapTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Its_average_yields_the_probabilities()
    {
        // A temperature, and irregular weights and biases, so that nothing is right by chance.
        float[] weight = [3, -1, 2, 0.5f], bias = [0.1f, 0.7f, -0.4f, 0.2f];
        ModelDescription description = TinyModel.Four with { Temperature = 1.5 };
        var graph = new OnnxGraph("random");
        SeverityGraph.Classify(graph, SeverityGraph.Preprocess(graph, 16, 16, 0, 1), weight, bias, 1.5f);
        using SeverityModel model = Load(graph.ToBytes((ModelDescription.MetadataKey, description.ToJson())), description.Scheme);
        ActivationMap map = model.ShowActivation();
        new Random(3).NextBytes(model.InputFor(16, 16));
        float[] p = model.Run().ToArray();

        Assert.Equal((16, 16), (map.Width, map.Height));
        float[] evidence = new float[map.Width * map.Height];
        float[] mean = [.. Enumerable.Range(0, 4).Select(grade =>
        {
            map.EvidenceFor(grade, evidence);
            return evidence.Average();
        })];
        for (int grade = 1; grade < 4; grade++)
        {
            Assert.Equal(Math.Log(p[grade] / p[0]), mean[grade] - mean[0] + ((bias[grade] - bias[0]) / 1.5), 3);
        }
    }

    [Fact]
    public void Requesting_it_changes_no_probability_and_allocates_nothing_per_frame()
    {
        using SeverityModel plain = Load(TinyModel.Bytes(TinyModel.Seven), "sanmatteo-7");
        using SeverityModel shown = Load(TinyModel.Bytes(TinyModel.Seven), "sanmatteo-7");
        shown.ShowActivation();
        new Random(4).NextBytes(plain.InputFor(40, 30));
        plain.InputFor(40, 30).CopyTo(shown.InputFor(40, 30));
        Assert.Equal(plain.Run().ToArray(), shown.Run().ToArray());

        for (int i = 0; i < 50; i++) shown.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) shown.Run();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void A_model_without_one_refuses_the_request_and_still_runs()
    {
        var graph = new OnnxGraph("plain");
        string gray = graph.Node("Cast", [graph.Input("frame", DataType.Uint8, "1", "1", "h", "w")], ("to", (int)DataType.Float));
        string mean = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [gray])], ("axis", 1));
        string logits = graph.Node("MatMul", [mean, graph.Constant([0.1f, 0.2f, 0.3f, 0.4f], 1, 4)]);
        graph.Output("Softmax", [logits], "probabilities", ["1", "4"], ("axis", 1));
        using SeverityModel model = Load(graph.ToBytes((ModelDescription.MetadataKey, TinyModel.Four.ToJson())), "iclus-4");

        ModelException e = Assert.ThrowsAny<ModelException>(model.ShowActivation);
        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("output \"cam\", float32 [1,4,h,w]", e.Message);
        model.InputFor(8, 8).Fill(1);
        Assert.Equal(4, model.Run().Length);
    }

    private SeverityModel Load(byte[] model, string scheme) => SeverityModel.Load(
        TinyModel.Write(_temp["model"], scheme, model),
        new InferOptions { Provider = ProviderChoice.Cpu },
        NullLogger<SeverityModel>.Instance);
}
