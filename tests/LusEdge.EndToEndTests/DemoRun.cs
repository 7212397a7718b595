using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LusEdge.EndToEndTests;

/// <summary>One demo, a little longer than one pass through the phantom's grades, and everything a subscriber received.</summary>
public sealed partial class DemoRun : IAsyncLifetime
{
    /// <summary>The messages received over MQTT.</summary>
    internal IReadOnlyList<Received> Messages { get; private set; } = [];

    /// <summary>What was printed on standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What was printed on standard error.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The exit code; null if the program is not published.</summary>
    public int? Code { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Lusedge.PhantomClip)) return;
        using Process demo = Lusedge.Start("demo", "--seconds", "38");
        Task<string> error = demo.StandardError.ReadToEndAsync();
        string head = "";
        while (!PortOption().IsMatch(head) && await demo.StandardOutput.ReadLineAsync() is { } line) head += line + "\n";
        Match port = PortOption().Match(head);
        if (port.Success)
        {
            await using Subscriber subscriber = await Subscriber.ConnectAsync(int.Parse(port.Groups[1].Value, null));
            Output = head + await demo.StandardOutput.ReadToEndAsync();
            Messages = [.. subscriber.Messages];
        }

        await demo.WaitForExitAsync();
        Error = await error;
        Code = demo.ExitCode;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [GeneratedRegex(@"^  mosquitto_sub -h 127\.0\.0\.1 -p (\d+) -t 'lus/#' -v$", RegexOptions.Multiline)]
    private static partial Regex PortOption();
}
