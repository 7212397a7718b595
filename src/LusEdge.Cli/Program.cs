using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
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
    DoctorCommand.Create(),
    ModelCommand.Create(),
    ConfigCommand.Create(),
    new HelpOption(),
    new VersionOption(),
};

try
{
    // No response files: a source may begin with @.
    ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Errors.Count > 0)
    {
        // A word that is no command is not a missing one too.
        string[] errors = [.. parsed.Errors.Select(e => e.Message).Distinct()];
        foreach (string error in parsed.UnmatchedTokens.Count == 0 ? errors : errors.Where(e => !e.StartsWith("Required command", StringComparison.Ordinal))) Failure.Print(error);
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

static string Named(ParseResult parsed)
{
    var names = new Stack<string>();
    for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent) names.Push(command.Command.Name);
    return string.Join(' ', names);
}
