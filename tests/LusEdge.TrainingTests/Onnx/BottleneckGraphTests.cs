using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.Training.Phantom;
using LusEdge.TrainingTests.Networks;
using LusEdge.TrainingTests.Torch;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.TrainingTests.Onnx;

[Collection(TorchTests.Name)]
public sealed class BottleneckGraphTests
{
    private const int Size = 96, Bands = 4, Width = 32;
    private const float Temperature = 1.3f;

    [Fact]
    public void The_exported_file_gives_the_networks_logits_to_four_decimals()
    {
        using BottleneckNetwork network = RandomNetwork();
        LinearHead head = RandomHead(network);
        using var session = new InferenceSession(BottleneckGraph.Build(network, head, Describe(), halfWeights: false));
        foreach ((byte[] picture, int width, int height) in Pictures())
        {
            Dictionary<string, float[]> exported = Run(session, picture, width, height);
            (float[] logits, float[] cam) = Grade(network, head, picture, width, height);
            Assert.All(logits.Zip(exported["logits"]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            Assert.All(cam.Zip(exported["cam"]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            Assert.All(
                TemperatureScaling.Softmax(logits, Temperature)
                    .Zip(exported["probabilities"]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            Assert.True(logits.Max() - logits.Min() > 0.1f, "all logits are nearly equal: the picture tests nothing");
        }
    }

    [Fact]
    public void Half_precision_weights_change_no_probability_by_more_than_a_hundredth()
    {
        using BottleneckNetwork network = RandomNetwork();
        LinearHead head = RandomHead(network);
        byte[] whole = BottleneckGraph.Build(network, head, Describe(), halfWeights: false),
            half = BottleneckGraph.Build(network, head, Describe(), halfWeights: true);
        Assert.True(half.Length < 0.62 * whole.Length, $"{half.Length} of {whole.Length} bytes");
        using InferenceSession first = new(whole), second = new(half);
        foreach ((byte[] picture, int width, int height) in Pictures())
        {
            float[] expected = Run(first, picture, width, height)["probabilities"],
                found = Run(second, picture, width, height)["probabilities"];
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 0.01f));
            Assert.NotEqual(expected, found);
        }
    }

    [Fact]
    public void The_head_is_trained_on_the_networks_features()
    {
        using BottleneckNetwork network = RandomNetwork();
        using var session = new InferenceSession(BottleneckGraph.BuildRows(network, Size, 2, 3));
        foreach ((byte[] picture, int width, int height) in Pictures())
        {
            Dictionary<string, float[]> rows = Run(session, picture, width, height);
            using DisposeScope scope = NewDisposeScope();
            Tensor[] features = Features(network, picture, width, height);
            Assert.All(Numbers(features[1].mean([3])).Zip(rows["stage2"]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            Assert.All(Numbers(features[2].mean([3])).Zip(rows["stage3"]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        }
    }

    /// <summary>A network with statistics that a wrong folding would reveal.</summary>
    private static BottleneckNetwork RandomNetwork()
    {
        manual_seed(3);
        var network = new BottleneckNetwork([2, 2, 2], Width);
        using var noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            if (parameter.dim() == 4) nn.init.kaiming_normal_(parameter);
            else if (name.EndsWith("weight", StringComparison.Ordinal)) nn.init.uniform_(parameter, 0.5, 1.5);
            else nn.init.normal_(parameter, 0, 0.3);
        }

        // Set running means and variances from pictures, then move them away.
        network.train();
        Features(network, [.. Pictures().First().Picture], 96, 96);
        network.eval();
        foreach ((string name, Tensor buffer) in network.named_buffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) buffer.add_(randn_like(buffer) * 0.3);
            if (name.EndsWith("running_var", StringComparison.Ordinal)) buffer.mul_(rand_like(buffer) + 0.5);
        }

        return network;
    }

    private static LinearHead RandomHead(BottleneckNetwork network)
    {
        (byte[] picture, int width, int height) = Pictures().First();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Features(network, picture, width, height)[^1];
        int inputs = Bands * (int)features.shape[1];

        // Scaled so that logits have a realistic size.
        float scale = 1 / (MathF.Sqrt(inputs) * features.square().mean().sqrt().item<float>());
        var random = new SeededRandom(5);
        return new LinearHead(
            Bands, [.. Enumerable.Range(0, 4 * inputs).Select(_ => scale * random.Normal())], [0.1f, -0.2f, 0.3f, 0]);
    }

    private static (float[] Logits, float[] Cam) Grade(
        BottleneckNetwork network, LinearHead head, byte[] picture, int width, int height)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Features(network, picture, width, height)[^1].squeeze(0);
        long channels = features.shape[0], rows = features.shape[1];
        Tensor bands = tensor(RowBands.Weights(Bands, (int)rows), [Bands, rows]);
        Tensor weight = tensor(head.Weight, [4, Bands, channels]);
        Tensor banded = bands.mm(features.mean([2]).t());
        Tensor cam = einsum("kbc,br,crx->krx", weight, bands * rows, features);
        return (head.Logits(Numbers(banded)), Numbers(cam));
    }

    private static Tensor[] Features(BottleneckNetwork network, byte[] picture, int width, int height)
    {
        var levels = new float[Size * Size];
        Stretch.Resample(picture, width, (0, 0, width, height), mirrored: false, levels, Size);
        using var noGradient = no_grad();
        using Tensor input = tensor(levels, [1, 1, Size, Size]);
        return network.forward(input);
    }

    private static IEnumerable<(byte[] Picture, int Width, int Height)> Pictures()
    {
        var renderer = new PhantomRenderer();
        foreach ((int width, int height) in new[] { (96, 96), (131, 77) })
        {
            // Bright up to the border, where zero padding reveals a wrong folding.
            var picture = new byte[width * height];
            ScanConverter.Linear(width, height, 0)
                .Convert(renderer.Render(new PhantomScene(Appearance.Grades[6], 3), 0, new SeededRandom(1)), picture);
            yield return (picture, width, height);
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

    private static ModelDescription Describe() => TinyNetworks.DescribeBottleneck(Size, Temperature);

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
