using System.CommandLine;
using System.CommandLine.Help;
using LusEdge.Training.Commands;

// Not RootCommand: it lists itself by the assembly's path when it is started as `dotnet lusedge-train.dll`.
var root = new Command(
    "lusedge-train",
    "Makes the synthetic phantom, and trains, evaluates and exports the models.\n\nResearch prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.")
{
    PhantomCommand.Create(),
    IndexCommand.Create(),
    FitCommand.Create(),
    SearchCommand.Create(),
    CalibrateCommand.Create(),
    ExportCommand.Create(),
    QuantizeCommand.Create(),
    EvaluateCommand.Create(),
    KeygenCommand.Create(),
    SignCommand.Create(),
    ReportCommand.Create(),
    new HelpOption(),
    new VersionOption(),
};

try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        foreach (string error in parsed.Errors.Select(e => e.Message).Distinct()) Failure.Print(error);
        string named = parsed.CommandResult.Command.Name;
        Failure.Print($"see `{(named == root.Name ? named : $"{root.Name} {named}")} --help`.");
        return (int)ExitCode.Usage;
    }

    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // A training finishes its step and writes a checkpoint before it leaves.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    });
}
catch (Exception e) // The top of the program: whatever comes here is told in a sentence and an exit code.
{
    return (int)Failure.Report(e);
}
