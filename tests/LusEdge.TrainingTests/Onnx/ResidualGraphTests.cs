using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.Training.Phantom;
using LusEdge.TrainingTests.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace LusEdge.TrainingTests.Onnx;

[Collection(TorchTests.Name)]
public sealed class ResidualGraphTests
{
    private const float Temperature = 1.7f;

    /// <summary>Includes sizes smaller and larger than the network's input, and one that is neither square nor even.</summary>
    private static readonly (int Width, int Height)[] Sizes = [(128, 128), (400, 320), (97, 61), (640, 480)];

    [Theory]
    [InlineData(16, 64, 18)]
    [InlineData(16, 64, 34)]
    [InlineData(64, 128, 18)]
    public void The_exported_file_gives_the_networks_logits_to_four_decimals(int width, int size, int depth)
    {
        using ResidualNetwork network = TinyNetworks.Residual(width, size, depth, steps: 2);
        using var session = new InferenceSession(ResidualGraph.Build(network, TinyNetworks.DescribeResidual(size, Temperature)));
        foreach ((byte[] picture, (int pictureWidth, int pictureHeight), int number) in Pictures())
        {
            Dictionary<string, float[]> exported = Run(session, picture, pictureWidth, pictureHeight);
            float[] expected = Logits(network, picture, pictureWidth, pictureHeight, size);
            Assert.All(expected.Zip(exported["logits"]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            Assert.All(
                TemperatureScaling.Softmax(expected, Temperature)
                    .Zip(exported["probabilities"]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            float[] bias = network.Classifier.bias!.data<float>().ToArray();
            float[] cam = exported["cam"];
            int area = cam.Length / bias.Length;
            for (int c = 0; c < bias.Length; c++)
                Assert.Equal(exported["logits"][c], cam.AsSpan(c * area, area).ToArray().Average() + bias[c], 1e-4f);
            Assert.True(expected.Max() - expected.Min() > 0.01f, $"all logits are nearly equal: picture {number} tests nothing");
        }
    }

    [Fact]
    public void The_trainer_stretches_pictures_as_the_exported_file_does()
    {
        var graph = new OnnxGraph("stretch");
        string picture = SeverityGraph.Preprocess(graph, 40, 30, Normalisation.Mean, Normalisation.Std);
        graph.Output("Identity", [picture], "stretched", ["1", "1", "30", "40"]);
        using var session = new InferenceSession(graph.ToBytes());
        foreach ((byte[] gray, (int width, int height), _) in Pictures())
        {
            var expected = new float[40 * 30];
            Stretch.Resample(gray, width, (0, 0, width, height), mirrored: false, expected, 40);
            Normalisation.Apply(expected);
            Assert.All(expected.Zip(Run(session, gray, width, height)["stretched"]),
                pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes()
    {
        using ResidualNetwork network = TinyNetworks.Residual(width: 16, size: 32, depth: 18, steps: 0);
        ModelDescription description = TinyNetworks.DescribeResidual(size: 32, temperature: 1);
        Assert.Equal(ResidualGraph.Build(network, description), ResidualGraph.Build(network, description));
    }

    private static IEnumerable<(byte[] Picture, (int Width, int Height) Size, int Number)> Pictures()
    {
        var renderer = new PhantomRenderer();
        for (int i = 0; i < Sizes.Length; i++)
        {
            (int width, int height) = Sizes[i];
            var picture = new byte[width * height];
            ScanConverter.Convex(width, height, 0.55f, 0.3f).Convert(
                renderer.Render(new PhantomScene(Appearance.Grades[2 * i], 3), 0, new SeededRandom(1)), picture);
            yield return (picture, Sizes[i], i);
        }
    }

    private static Dictionary<string, float[]> Run(InferenceSession session, byte[] picture, int width, int height)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, 1, height, width]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["frame"], [input], session.OutputNames);
        return session.OutputNames.Zip(outputs)
            .ToDictionary(pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }

    private static float[] Logits(ResidualNetwork network, byte[] picture, int width, int height, int size)
    {
        var levels = new float[size * size];
        Stretch.Resample(picture, width, (0, 0, width, height), mirrored: false, levels, size);
        Normalisation.Apply(levels);
        using var noGradient = no_grad();
        using Tensor input = tensor(levels, [1, 1, size, size]);
        using Tensor logits = network.forward(input);
        return logits.data<float>().ToArray();
    }
}
