using System.CommandLine;
using System.Text.Json;
using LusEdge.Configuration;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge config check | schema</c>.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        Option<string> file = RunCommand.ConfigOption();
        var check = new Command("check", "Lists every error in the configuration; exits with code 78 if there are any.") { file };
        check.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            ConfigurationFile.Load(path);
            Console.WriteLine($"{path}: no errors found.");
            return (int)ExitCode.Ok;
        });

        var schema = new Command("schema", "Prints the configuration's JSON Schema (2020-12).");
        schema.SetAction(_ =>
        {
            Console.WriteLine(ConfigurationFile.Schema().ToJsonString(Indented));
            return (int)ExitCode.Ok;
        });

        return new Command("config", "Checks a configuration file, or prints its schema.") { check, schema };
    }
}
