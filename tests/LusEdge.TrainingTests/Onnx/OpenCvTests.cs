using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.Training.Onnx.Proto;
using LusEdge.Training.Phantom;
using LusEdge.TrainingTests.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace LusEdge.TrainingTests.Onnx;

/// <summary>
/// Reads the exported files with a second library, which shares no code with ONNX Runtime. OpenCV 4.6 accepts neither integer
/// pictures nor pictures of any size, so the file's first two nodes, Cast and Resize, are removed and the picture is stretched
/// beforehand. Everything after them, from normalisation to quality, is the file's own.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class OpenCvTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const int Size = 64;

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-opencv-").FullName;

    [Fact]
    public void OpenCV_reads_a_residual_network_as_ONNX_Runtime_does()
    {
        using ResidualNetwork network = TinyNetworks.Residual(width: 16, Size, depth: 18, steps: 1);
        Compare(ResidualGraph.Build(network, TinyNetworks.DescribeResidual(Size, 1.4f), Gate(4 * 16)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OpenCV_reads_a_bottleneck_network_as_ONNX_Runtime_does(int bands)
    {
        torch.manual_seed(1);
        using var network = new BottleneckNetwork([1, 1], width: 16);
        network.eval();
        var random = new SeededRandom(4);
        int channels = 2 * 16 * BottleneckBlock.Expansion;
        var head = new LinearHead(
            bands, [.. Enumerable.Range(0, 4 * bands * channels).Select(_ => 0.02f * random.Normal())], [0.1f, 0, 0, -0.1f]);
        Compare(BottleneckGraph.Build(
            network, head, TinyNetworks.DescribeBottleneck(Size, 1.2f), halfWeights: false, Gate(channels)));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static QualityGate Gate(int channels)
    {
        var random = new SeededRandom(3);
        return QualityGate.Fit(
            [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, channels * QualityGate.Bands)
                .Select(_ => MathF.Abs(random.Normal())).ToArray())], 4).Scaled(1, 3);
    }

    private void Compare(byte[] content)
    {
        string model = Path.Combine(_directory, "cut.onnx"), file = Path.Combine(_directory, "picture.bin");
        var picture = new byte[96 * 80];
        ScanConverter.Convex(96, 80, 0.55f, 0.3f).Convert(
            new PhantomRenderer().Render(new PhantomScene(Appearance.Grades[3], 3), 0, new SeededRandom(1)), picture);
        var stretched = new float[Size * Size];
        Stretch.Resample(picture, 96, (0, 0, 96, 80), mirrored: false, stretched, Size);
        File.WriteAllBytes(file, MemoryMarshal.AsBytes(stretched.AsSpan()));
        File.WriteAllBytes(model, CutOffResize(content));

        using var session = new InferenceSession(content);
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, 1, 80, 96]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> expected = session.Run(run, ["frame"], [input], session.OutputNames);
        Dictionary<string, float[]> found = Read(model, file, session.OutputNames);
        Assert.Equal(4, found.Count);
        foreach ((string name, OrtValue value) in session.OutputNames.Zip(expected))
        {
            float[] ours = value.GetTensorDataAsSpan<float>().ToArray();
            Assert.Equal(ours.Length, found[name].Length);
            Assert.All(ours.Zip(found[name]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            Assert.True(name == "quality" || ours.Max() - ours.Min() > 0.001f,
                $"all numbers of {name} are nearly equal: it tests nothing");
        }
    }

    private static byte[] CutOffResize(byte[] content)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(content);
        NodeProto[] front = [.. model.Graph.Node.TakeWhile(node => node.OpType != "Mul")];
        Assert.Equal(["Cast", "Resize"], front.Select(node => node.OpType));
        foreach (NodeProto node in front) model.Graph.Node.Remove(node);
        ValueInfoProto input = model.Graph.Input.Single();
        input.Name = front[^1].Output[0];
        input.Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float;
        input.Type.TensorType.Shape.Dim.Clear();
        foreach (long dim in (long[])[1, 1, Size, Size])
            input.Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dim });
        return model.ToByteArray();
    }

    private static Dictionary<string, float[]> Read(string model, string picture, IReadOnlyList<string> outputs)
    {
        Assert.SkipUnless(File.Exists(Python), $"there is no {Python}: install python3-opencv");
        string script = Repository.File("tests/LusEdge.TrainingTests/Onnx/opencv-dnn.py");
        Assert.SkipUnless(Run("-c", "import cv2").Code == 0, "OpenCV is not installed: install python3-opencv");
        (int code, string output, string errors) = Run([script, model, picture, $"{Size}", $"{Size}", .. outputs]);
        Assert.True(code == 0, errors);
        return JsonSerializer.Deserialize<Dictionary<string, float[]>>(output)!;
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors);
    }
}
