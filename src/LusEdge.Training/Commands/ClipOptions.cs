using System.CommandLine;

namespace LusEdge.Training.Commands;

/// <summary>Options that the commands on patients' clips have in common.</summary>
internal static class ClipOptions
{
    public static Option<string> Index(bool required) => new("--index")
    {
        Description = "The list of clips, index.csv: file, dataset, patient, fold, severity, frames. The files are looked for beside it.",
        HelpName = "FILE",
        Required = required,
    };

    public static Option<string?> Scheme() => new("--scheme")
    {
        Description = "The scale: iclus-4, sanmatteo-7, or a JSON file with id, classes and severities. Default: by the number of classes.",
        HelpName = "ID|FILE",
    };
}
