using System.Text.Json;
using LusEdge.Capture.Source;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Export;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.Training.Onnx.Proto;
using LusEdge.Training.Phantom;
using LusEdge.Training.Quantize;
using LusEdge.TrainingTests.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace LusEdge.TrainingTests.Quantize;

[Collection(TorchTests.Name)]
public sealed class QuantizerTests : IDisposable, IProgress<WorkProgress>
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-quantize-").FullName;

    private string Source => Path.Combine(_directory, "model");

    private string Quantized => Path.Combine(_directory, "model-int8");

    private string Onnx => Path.Combine(Source, SeverityModel.FileName);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_quantised_model_computes_in_integers_and_grades_like_the_original(bool bottleneck)
    {
        WriteModel(bottleneck);
        Agreement agreement = Run();
        Assert.Equal(21, agreement.Frames);
        Assert.InRange(agreement.SameGrade, 0.8, 1);
        Assert.InRange(agreement.LargestDifference, 1e-6, 0.1);

        using SeverityModel model = SeverityModel.Load(
            Quantized, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        Assert.Equal(("int8", true), (model.InUse.Precision, model.InUse.DemonstrationOnly));
        Assert.StartsWith("model-int8@4:", model.InUse.Reference, StringComparison.Ordinal);
        Assert.Equal(
            ModelManifest.HashOf(File.ReadAllBytes(Onnx)), model.Description.Provenance.More!["quantized_from"].GetString());
        Assert.Equal(agreement.SameGrade, ModelManifest.Load(Quantized).Card!.Value.GetProperty("quantized")
            .GetProperty("same_grade").GetDouble());

        // The card is the original's, and also says what this file is and what it was made from.
        string[] card = Lines(Quantized, "README.md");
        string from = ModelManifest.Load(Source).Reference;
        Assert.Equal("# model-int8", card[0]);
        Assert.Equal(Lines(Source, "README.md")[1..4], card[1..4]);
        Assert.Equal(
            ["## Quantised to 8 bits", "## How good it is", "## How it was made"], card.Where(line => line.StartsWith("## ")));
        Assert.Equal(
            [$"| precision | computes in int8, with 7-bit weights; made from `{from}` |"],
            card.Where(line => line.StartsWith("| precision")));
        Assert.Equal("This directory was written by `lusedge-train fit`, `calibrate`, `export` and `quantize`.", card[^1]);
        Assert.Equal(Lines(Source, "predictions.csv"), Lines(Quantized, "predictions.csv"));

        // The golden answers are those of full precision, or the file's own if it does not reproduce those.
        GoldenFrames golden = GoldenFrames.Load(Quantized)!;
        (string answered, string row) = agreement.GivesGolden
            ? (Source, "| golden answers of full precision | reproduced |")
            : (Quantized, "| golden answers of full precision | not reproduced, replaced by its own |");
        Assert.True(golden.Compare(Quantized, model).Holds);
        Assert.Equal((ModelManifest.Load(answered).Sha256, 0.02), (golden.ModelSha256, golden.Tolerance));
        Assert.Contains(row, card);

        // All convolutions except the classifier's, and perhaps the first one, compute in integers.
        Dictionary<string, int> kernels = Kernels(File.ReadAllBytes(Path.Combine(Quantized, SeverityModel.FileName)));
        int convolutions = OnnxFile.Parse(File.ReadAllBytes(Onnx), Onnx).Nodes.Count(node => node.OpType == "Conv");
        Assert.InRange(kernels["QLinearConv"], convolutions - 2, convolutions - 1);
        Assert.Equal(convolutions, kernels["QLinearConv"] + kernels["Conv"]);
    }

    [Fact]
    public void No_two_products_of_weights_overflow_16_bits()
    {
        WriteModel(bottleneck: false);
        OnnxFile file = OnnxFile.Parse(File.ReadAllBytes(Onnx), Onnx);
        var graph = new QdqGraph(file, spared: 0);
        ModelProto built = ModelProto.Parser.ParseFrom(
            graph.Build(graph.Values.ToDictionary(value => value, _ => QuantizedRange.Of(-1, 1))).ToBytes());
        sbyte[] weights = [.. built.Graph.Initializer.Where(tensor => tensor.DataType == (int)TensorProto.Types.DataType.Int8)
            .SelectMany(tensor => tensor.RawData.Select(b => (sbyte)b))];
        Assert.Equal((-63, 63), (weights.Min(), weights.Max()));
        Assert.InRange(2 * 255 * 63, 0, short.MaxValue);
    }

    [Fact]
    public void A_model_of_another_program_is_refused_and_nothing_is_left_behind()
    {
        WriteModel(bottleneck: false);
        byte[] content = File.ReadAllBytes(Onnx);
        Assert.Contains("not a complete ONNX file", Refused(() => OnnxFile.Parse(content[..(content.Length / 2)], "m.onnx")),
            StringComparison.Ordinal);
        ModelProto foreign = ModelProto.Parser.ParseFrom(content);
        foreign.ProducerName = "pytorch";
        Assert.Contains("it was written by pytorch", Refused(
            () => OnnxFile.Parse(Google.Protobuf.MessageExtensions.ToByteArray(foreign), "m.onnx")), StringComparison.Ordinal);

        File.WriteAllBytes(Onnx, content[..(content.Length / 2)]);
        Assert.Equal(ModelFailure.HashMismatch, Assert.Throws<ModelException>(() => Run()).Reason);
        Assert.Equal(["model"], Directory.GetFileSystemEntries(_directory).Select(Path.GetFileName));
    }

    [Fact]
    public void A_quantised_model_is_not_quantised_again()
    {
        WriteModel(bottleneck: false);
        Run();
        string onto = Refused(() => Quantizer.Run(Quantized, Frames, Quantized, 1, this, Cancel));
        Assert.Contains("this is the model itself", onto, StringComparison.Ordinal);
        string again = Refused(() => Quantizer.Run(Quantized, Frames, Path.Combine(_directory, "again"), 1, this, Cancel));
        Assert.Contains("already quantised", again, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_weights_are_widened_without_changing_a_grade()
    {
        WriteModel(bottleneck: true);
        byte[] half = File.ReadAllBytes(Onnx);
        OnnxFile file = OnnxFile.Parse(half, Onnx);
        file.WidenHalfWeights();
        Agreement agreement = Agreement.Of(half, file.ToBytes(), new ModelGate(3, 0.3f), HeldOut(5, 3), [], _ => { }, Cancel);
        Assert.Equal((1, 0), (agreement.SameGrade, agreement.LargestDifference));
    }

    [Fact]
    public void No_patient_is_used_for_both_calibration_and_comparison()
    {
        string index = Path.Combine(_directory, "index.csv");
        File.Copy(Repository.File("models/phantom/phantom-walk.mp4"), Path.Combine(_directory, "walk.mp4"));
        File.WriteAllText(index, "file,dataset,patient,fold,severity,frames\nwalk.mp4,a,p,1,0,50\n");
        string single = Refused(() => FrameSets.OfIndex(index, 10, 3, clip => clip.Severity, Cancel));
        Assert.Contains("only one patient", single, StringComparison.Ordinal);
        File.Copy(Path.Combine(_directory, "walk.mp4"), Path.Combine(_directory, "other.mp4"));
        File.AppendAllText(index, "other.mp4,a,q,2,1,50\n");
        FrameSets sets = FrameSets.OfIndex(index, 10, 3, clip => clip.Severity, Cancel);
        Assert.Equal(10, sets.Calibration.Count());
        Assert.Equal(Enumerable.Repeat<int?>(1, 8), sets.HeldOut.Select(picture => picture.Label));
        Assert.Contains("1 of 2 patients", sets.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_pictures_and_an_invalid_picture_are_refused()
    {
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(
            () => FrameSets.OfPictures(Path.Combine(_directory, "nothing"), 5, 3, Cancel)).Reason);
        Assert.Contains(
            "no pictures or clips", Refused(() => FrameSets.OfPictures(_directory, 5, 3, Cancel)), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_directory, "a.png"), "no picture");
        File.WriteAllText(Path.Combine(_directory, "b.png"), "no picture");
        FrameSets sets = FrameSets.OfPictures(_directory, 5, 3, Cancel);
        Assert.Contains("a.png", Assert.Throws<CaptureException>(() => sets.Calibration.Count()).Message,
            StringComparison.Ordinal);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string[] Lines(string directory, string file) => File.ReadAllLines(Path.Combine(directory, file));

    private static string Refused(Action action) => Assert.Throws<TrainingException>(action).Message;

    private static FrameSets Frames(ModelDescription description) =>
        new(Pictures(1, 14), 14, HeldOut(2, 21), 21, "Phantom pictures.");

    private static IEnumerable<LabelledFrame> HeldOut(ulong seed, int count) =>
        Pictures(seed, count).Select(frame => new LabelledFrame(frame, null));

    private static IEnumerable<GrayFrame> Pictures(ulong seed, int count)
    {
        var renderer = new PhantomRenderer();
        for (int i = 0; i < count; i++)
        {
            var picture = new byte[96 * 80];
            ScanConverter.Convex(96, 80, 0.55f, 0.3f).Convert(
                renderer.Render(
                    new PhantomScene(Appearance.Grades[i % 7], seed * 100 + (ulong)i), 0, new SeededRandom(1)), picture);
            yield return new GrayFrame(i, 96, 80, picture);
        }
    }

    private static Dictionary<string, int> Kernels(byte[] content)
    {
        string prefix = Path.Combine(Path.GetTempPath(), $"lusedge-{Guid.NewGuid():N}");
        using var options =
            new SessionOptions { IntraOpNumThreads = 1, ProfileOutputPathPrefix = prefix, EnableProfiling = true };
        using var session = new InferenceSession(content, options);
        GrayFrame frame = Pictures(1, 1).Single();
        using var input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
        using var run = new RunOptions();
        session.Run(run, ["frame"], [input], ["probabilities"]).Dispose();
        string profile = session.EndProfiling();
        using JsonDocument events = JsonDocument.Parse(File.ReadAllBytes(profile));
        File.Delete(profile);
        return events.RootElement.EnumerateArray()
            .Where(e => e.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
            .CountBy(e => e.GetProperty("args").GetProperty("op_name").GetString()!)
            .ToDictionary();
    }

    private Agreement Run() => Quantizer.Run(Source, Frames, Quantized, 4, this, Cancel);

    /// <summary>Writes a residual network after a few training steps, or a random bottleneck network in half precision.</summary>
    private void WriteModel(bool bottleneck)
    {
        byte[] content;
        string scheme;
        if (bottleneck)
        {
            torch.manual_seed(1);
            using var network = new BottleneckNetwork([1, 1], width: 8);
            network.eval();
            var random = new SeededRandom(4);
            int inputs = 2 * 8 * 2 * BottleneckBlock.Expansion;
            var head = new LinearHead(2, [.. Enumerable.Range(0, 4 * inputs).Select(_ => 0.02f * random.Normal())], new float[4]);
            ModelDescription description = TinyNetworks.DescribeBottleneck(size: 64, temperature: 1);
            (scheme, content) = (description.Scheme, BottleneckGraph.Build(network, head, description, halfWeights: true));
        }
        else
        {
            using ResidualNetwork network = TinyNetworks.Residual(width: 16, size: 64, depth: 18, steps: 4);
            ModelDescription description = TinyNetworks.DescribeResidual(size: 64, temperature: 1);
            (scheme, content) = (description.Scheme, ResidualGraph.Build(network, description));
        }

        Directory.CreateDirectory(Source);
        File.WriteAllBytes(Onnx, content);
        File.WriteAllText(Path.Combine(Source, ModelManifest.FileName),
            new ModelManifest("tiny", 3, scheme, ModelManifest.HashOf(content)).ToJson());
        File.WriteAllText(Path.Combine(Source, "predictions.csv"), "file,fold,frame\n");
        File.WriteAllText(Path.Combine(Source, "README.md"), $"""
            # tiny

            **Trained on nothing much.**

            ## How good it is

            ## How it was made

            {ModelCard.Precision} computes in fp32; the file stores weights in full precision |

            {ModelCard.WrittenBy} `lusedge-train fit`, `calibrate` and `export`.

            """);
    }
}
