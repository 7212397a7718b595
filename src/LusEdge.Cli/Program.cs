using System.CommandLine;
using System.CommandLine.Help;
using LusEdge.Cli;
using LusEdge.Cli.Commands;
using LusEdge.Contract;

// Not RootCommand: it takes its name from the assembly, and the command is called lusedge (LusEdge.Cli.csproj says why).
var root = new Command("lusedge", $"Grades live lung-ultrasound video frame by frame and publishes the severity over MQTT.\n\n{Disclaimer.Text}")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ReplayCommand.Create(),
    ProbeCommand.Create(),
    ConfigCommand.Create(),
    new HelpOption(),
    new VersionOption(),
};

try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        foreach (string error in parsed.Errors.Select(e => e.Message).Distinct()) Failure.Print(error);
        Failure.Print($"see `{Named(parsed)} --help`.");
        return (int)ExitCode.Usage;
    }

    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // The commands end by themselves when asked to stop; a supervisor is promised that it takes no more than this.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
    });
}
catch (Exception e) // The top of the program: whatever comes here is told in a sentence and an exit code.
{
    return (int)Failure.Report(e);
}

static string Named(ParseResult parsed) =>
    parsed.CommandResult.Command.Name == "lusedge" ? "lusedge" : $"lusedge {parsed.CommandResult.Command.Name}";
