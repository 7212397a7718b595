using System.Diagnostics;
using System.Text.Json;
using LusEdge.Tests;

namespace LusEdge.EndToEndTests;

/// <summary>Promise P18 for the whole command: what it prints, publishes and starts.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-secrets-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task No_secret_survives_in_what_a_command_prints()
    {
        string host = $"127.0.0.1:{LoopbackPort.Free()}";
        foreach (SecretUrl url in SecretUrl.Generate(12, host, seed: 5))
        {
            string config = Config(url, mqttHost: $"mqtt://nurse:{url.Parts[0]}@127.0.0.1", port: LoopbackPort.Free());
            string[][] commands =
            [
                ["config", "check", "--config", config],
                ["doctor", "--config", config],
                ["doctor", "--json", "--config", config],
                ["probe", url.Source, "--options", url.Options],
                ["probe", url.Source, url.Source],
                ["replay", url.Source],
                ["replay", "--json", url.Source],
                ["replay", url.Source, "--sector", url.Source],
                ["run", "--config", config, url.Source],
                [url.Source],
            ];
            foreach (string[] command in commands)
            {
                Outcome outcome = await Lusedge.RunAsync(command);
                AssertHidden(url, string.Join(' ', command), outcome.Output + outcome.Error);
            }
        }
    }

    [Fact]
    public async Task No_secret_survives_in_what_the_service_logs_and_publishes()
    {
        using Broker broker = await Broker.StartAsync();
        string source = $"rtsp://nurse:gehe1234@127.0.0.1:{LoopbackPort.Free()}/live?pin=streng99";
        var url = new SecretUrl(source, "", ["gehe1234", "streng99"]);
        using Process service = Lusedge.Start("run", "--config", Config(url, "127.0.0.1", broker.Port));
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        await subscriber.UntilAsync(message => message.Payload.Contains("be reached", StringComparison.Ordinal));
        Lusedge.Terminate(service);
        Outcome outcome = await Lusedge.FinishAsync(service);
        AssertHidden(url, "run", outcome.Output + outcome.Error);
        Assert.Contains("rtsp://127.0.0.1", outcome.Error, StringComparison.Ordinal);
        foreach (Received message in subscriber.Messages) AssertHidden(url, message.Topic, message.Payload);
    }

    [Fact]
    public async Task No_secret_is_an_argument_of_a_process_that_is_started()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        string arguments = Path.Combine(_temp.FullName, "arguments");
        string ffmpeg = Path.Combine(_temp.FullName, "ffmpeg");
        File.WriteAllText(ffmpeg, $"#!/bin/sh\necho \"$@\" >>'{arguments}'\nexec cat >/dev/null\n");
        File.SetUnixFileMode(ffmpeg, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        int port = LoopbackPort.Free();
        var server = new ProcessStartInfo(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-re", "-i", Lusedge.PhantomClip, "-c", "copy", "-listen", "1", "-f", "mpegts",
             $"http://127.0.0.1:{port}/live"]);
        using Process sending = Process.Start(server)!;
        var url = new SecretUrl($"http://nurse:gehe1234@127.0.0.1:{port}/live?pin=streng99", "", ["gehe1234", "streng99"]);
        Outcome outcome;
        do
        {
            using Process replay = Lusedge.StartWith(
                [("PATH", $"{_temp.FullName}:{Environment.GetEnvironmentVariable("PATH")}")],
                "replay", url.Source, "--overlay", Path.Combine(_temp.FullName, "out.mp4"), "--force");
            Task<Outcome> finishing = Lusedge.FinishAsync(replay);
            while (!finishing.IsCompleted && !File.Exists(arguments))
                await Task.Delay(50, TestContext.Current.CancellationToken);
            if (!finishing.IsCompleted) Lusedge.Terminate(replay);
            outcome = await finishing;
        }
        while (!File.Exists(arguments) && !sending.HasExited);

        if (!sending.HasExited) sending.Kill();
        AssertHidden(url, "ffmpeg", await File.ReadAllTextAsync(arguments, TestContext.Current.CancellationToken));
        AssertHidden(url, "replay", outcome.Output + outcome.Error);
    }

    [Fact]
    public async Task A_filter_graph_is_not_replayed()
    {
        Outcome outcome = await Lusedge.RunAsync("replay", $"lavfi:movie={Lusedge.PhantomClip}");
        Assert.Equal(64, outcome.Code);
        Assert.Contains("lavfi: is only for Capture:Source and probe", outcome.Error, StringComparison.Ordinal);
    }

    private string Config(SecretUrl url, string mqttHost, int port)
    {
        string file = Path.Combine(_temp.FullName, "lusedge.json");
        File.WriteAllText(file, $$"""
            {
              "Device": { "Id": "test" },
              "Capture": {
                "Source": {{JsonSerializer.Serialize(url.Source)}}, "Options": {{JsonSerializer.Serialize(url.Options)}},
                "OpenTimeout": "00:00:00.5"
              },
              "Mqtt": { "Host": "{{mqttHost}}", "Port": {{port}}, "EventsDatabase": "{{_temp.FullName}}/events.db" }
            }
            """);
        return file;
    }

    private static void AssertHidden(SecretUrl url, string where, string text)
    {
        foreach (string part in url.Parts)
            Assert.False(text.Contains(part, StringComparison.OrdinalIgnoreCase), $"{where}: {part} is in: {text}");
    }
}
