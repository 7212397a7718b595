using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LusEdge.Cli;
using LusEdge.Cli.Commands;
using LusEdge.Contract;

// In a method of its own, because with too few files the libraries that it needs can't be loaded.
return Failure.ReportTooFewFiles() is { } code ? (int)code : await RunAsync(args);

static async Task<int> RunAsync(string[] args)
{
    // Not RootCommand: it takes its name from the assembly, and the command is called lusedge (LusEdge.Cli.csproj says why).
    var root = new Command(
        "lusedge", $"Grades live lung-ultrasound video frame by frame and publishes severity over MQTT.\n\n{Disclaimer.Text}")
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
            // An unknown command is reported as such, and not as a missing one too.
            IEnumerable<string> errors = parsed.Errors.Select(e => e.Message).Distinct();
            if (parsed.UnmatchedTokens.Count > 0)
                errors = errors.Where(e => !e.StartsWith("Required command", StringComparison.Ordinal));
            foreach (string error in errors) Failure.PrintUsage(error, args);
            Failure.Print($"see `{FullName(parsed)} --help`.");
            return (int)ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // The commands stop by themselves when asked to, and supervisors are promised that this takes no longer.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        });
    }
    catch (Exception e) // The top of the program: every exception becomes a sentence and an exit code.
    {
        return (int)Failure.Report(e);
    }
}

static string FullName(ParseResult parsed)
{
    var names = new Stack<string>();
    for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent) names.Push(command.Command.Name);
    return string.Join(' ', names);
}
