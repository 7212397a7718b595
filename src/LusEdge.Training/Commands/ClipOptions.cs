using System.CommandLine;

namespace LusEdge.Training.Commands;

/// <summary>Options shared by the commands that read clips.</summary>
internal static class ClipOptions
{
    public static Option<string> Index(bool required) => new("--index")
    {
        Description =
            "The list of clips, index.csv: file, dataset, patient, fold, severity, frames. "
                + "Its paths are relative to its own folder.",
        HelpName = "FILE",
        Required = required,
    };

    public static Option<string?> Scheme() => new("--scheme")
    {
        Description =
            "The scale: iclus-4, sanmatteo-7, or a JSON file with id, classes and severities. Default: "
                + "chosen by the number of classes.",
        HelpName = "ID|FILE",
    };
}
