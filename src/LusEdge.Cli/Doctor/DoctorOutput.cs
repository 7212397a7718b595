using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace LusEdge.Cli.Doctor;

/// <summary>Writes doctor's findings to standard output: as a growing table, or as one JSON object (docs/commands.md).</summary>
internal sealed class DoctorOutput(bool json)
{
    private const int StatusWidth = 8;
    private const int NameWidth = 13;
    private readonly List<(string Check, Finding Finding)> _findings = [];

    /// <summary>The highest code of the failed checks.</summary>
    public ExitCode Code => _findings.Count == 0 ? ExitCode.Ok : _findings.Max(f => f.Finding.Code);

    /// <summary>Starts the output.</summary>
    public void Begin()
    {
        if (!json) Console.WriteLine($"lusedge {Version}\n");
    }

    /// <summary>Adds a check's finding.</summary>
    public void Add(string check, Finding finding)
    {
        _findings.Add((check, finding));
        if (json) return;
        var row = new Grid()
            .AddColumn(new GridColumn().Width(StatusWidth).NoWrap().PadLeft(0).PadRight(1))
            .AddColumn(new GridColumn().Width(NameWidth).NoWrap().PadLeft(0).PadRight(1))
            .AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        row.AddRow(Status(finding.Status), new Text(check), new Text(finding.Text));
        if (finding.Suggestion is { } suggestion) row.AddRow(new Text(""), new Text(""), new Text($"Try: {suggestion}"));
        AnsiConsole.Write(row);
    }

    /// <summary>Ends the output.</summary>
    /// <param name="file">The configuration file, null without one.</param>
    public void Finish(string? file)
    {
        if (json)
        {
            WriteJson(file);
            return;
        }

        Console.WriteLine(
            $"\n{Count(CheckStatus.Failed)} failed, {Count(CheckStatus.Warning)} with a warning, {Count(CheckStatus.Ok)} ok, "
            + $"{Count(CheckStatus.Skipped)} skipped; exit code {(int)Code}.");
    }

    private static string Version => typeof(DoctorOutput).Assembly.GetName().Version!.ToString(3);

    private int Count(CheckStatus status) => _findings.Count(f => f.Finding.Status == status);

    /// <summary>The word carries the status; colour only helps the eye.</summary>
    private static Text Status(CheckStatus status) => status switch
    {
        CheckStatus.Ok => new Text("ok", new Style(Color.Green)),
        CheckStatus.Warning => new Text("warning", new Style(Color.Yellow)),
        CheckStatus.Failed => new Text("FAILED", new Style(Color.Red)),
        _ => new Text("skipped", new Style(Color.Grey)),
    };

    private void WriteJson(string? file)
    {
        using Stream output = Console.OpenStandardOutput();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
        {
            writer.WriteStartObject();
            writer.WriteString("version", Version);
            writer.WriteString("config", file);
            writer.WriteString("status", Name(_findings.Max(f => f.Finding.Status)));
            writer.WriteNumber("code", (int)Code);
            writer.WriteStartArray("checks");
            foreach ((string check, Finding finding) in _findings)
            {
                writer.WriteStartObject();
                writer.WriteString("check", check);
                writer.WriteString("status", Name(finding.Status));
                writer.WriteString("finding", finding.Text);
                writer.WriteString("suggestion", finding.Suggestion);
                writer.WriteNumber("code", (int)finding.Code);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static string Name(CheckStatus status) => status.ToString().ToLowerInvariant();
}
