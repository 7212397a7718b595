using System.CommandLine;
using System.Text.RegularExpressions;
using LusEdge.Training.Clips;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train index</c>: writes the list of a folder's clips.</summary>
internal static class IndexCommand
{
    private const int FewestFolds = 2;

    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "The clips' folder; by default, each folder in it is a patient.",
        };
        var output = new Option<string?>("--out")
        {
            Description = "The index, in DIR itself; default DIR/index.csv. An existing file is never overwritten.",
            HelpName = "FILE",
        };
        var pattern = new Option<string>("--pattern")
        {
            Description =
                "A regular expression that finds the group `patient`, and optionally `grade`, in a clip's path below DIR.",
            HelpName = "REGEX",
            DefaultValueFactory = _ => IndexWriter.OneFolderPerPatient,
        };
        pattern.Validators.Add(given =>
        {
            if (given.Errors.Any()) return;
            try
            {
                if (!new Regex(given.GetValueOrDefault<string>()).GetGroupNames().Contains("patient"))
                    given.AddError("--pattern: it has no group (?<patient>…).");
            }
            catch (ArgumentException e)
            {
                given.AddError($"--pattern: {e.Message}");
            }
        });
        var scheme = new Option<string>("--scheme")
        {
            Description = "The scale of the grades: iclus-4, sanmatteo-7 or a file.",
            HelpName = "ID|FILE",
            DefaultValueFactory = _ => "iclus-4",
        };
        var dataset = new Option<string?>("--dataset")
        {
            Description = "The name of the data set; default: the name of DIR.",
            HelpName = "NAME",
        };
        var folds = new PositiveOption("--folds", "The number of folds.", byDefault: 4);
        folds.Validators.Add(given =>
        {
            if (!given.Errors.Any() && given.GetValueOrDefault<int>() < FewestFolds)
                given.AddError($"--folds: give at least {FewestFolds}.");
        });
        var sector = new Option<string>("--sector")
        {
            Description = "The part of the pictures that shows ultrasound, x,y,w,h.",
            HelpName = "X,Y,W,H",
            DefaultValueFactory = _ => "none",
        };
        var index = new Command(
            "index", "Lists a folder's clips for training: patients, folds, frames, and grades if the paths contain them.")
        {
            folder, output, pattern, scheme, dataset, folds, sector,
        };
        index.SetAction(async (parsed, stop) =>
        {
            string directory = parsed.GetValue(folder)!;
            string path = parsed.GetValue(output) ?? Path.Combine(directory, "index.csv");
            string name = parsed.GetValue(dataset)
                ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            var writer = new IndexWriter(
                Schemes.Load(parsed.GetValue(scheme)!), name, parsed.GetValue(folds), parsed.GetValue(sector)!);
            (int clips, int ungraded) = await ProgressDisplay.RunAsync(progress =>
                Task.FromResult(writer.Write(directory, path, new Regex(parsed.GetValue(pattern)!), progress, stop)));
            Console.WriteLine(
                $"{path}: {clips} clips{(ungraded == 0 ? "." : $"; {ungraded} of them still need a severity (and grade).")}");
            return (int)ExitCode.Ok;
        });
        return index;
    }
}
