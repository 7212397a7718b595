using System.CommandLine;
using System.CommandLine.Help;
using LusEdge.Training.Commands;

// Not RootCommand: started as `dotnet lusedge-train.dll`, it would show the assembly's path as its name.
var root = new Command(
    "lusedge-train",
    "Draws the synthetic phantom, and trains, evaluates and exports the models.\n\nResearch prototype. Not a medical device. "
        + "Not for diagnosis, treatment or patient monitoring.")
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
        // A training finishes its current step and writes a checkpoint before it exits.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    });
}
catch (Exception e) // The top of the program: every failure becomes one sentence and an exit code.
{
    return (int)Failure.Report(e);
}
