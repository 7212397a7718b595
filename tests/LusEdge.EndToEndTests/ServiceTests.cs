using System.Diagnostics;
using LusEdge.Tests;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LusEdge.EndToEndTests;

public sealed class ServiceTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task Sigterm_closes_the_clip_says_offline_and_exits_within_five_seconds()
    {
        int port = LoopbackPort.Free();
        using Process broker = StartMosquitto(port);
        await using Subscriber subscriber = await ConnectAsync(port);
        using Process service = Start(port);
        await subscriber.UntilAsync(m => m.Name == "frame" && m.Json.GetProperty("state").GetString() == "live");

        long asked = Stopwatch.GetTimestamp();
        Lusedge.Terminate(service);
        Outcome end = await Lusedge.FinishAsync(service);
        TimeSpan took = Stopwatch.GetElapsedTime(asked);

        Assert.True(end.Code == 0, end.Error);
        Assert.True(took < TimeSpan.FromSeconds(5), $"it took {took}");
        await subscriber.UntilAsync(m => m.Name == "availability" && m.Json.GetProperty("state").GetString() == "offline");
        await subscriber.UntilAsync(m => m.Name == "clip");
        Assert.DoesNotContain(
            subscriber.Messages, m => m.Name == "availability" && m.Json.GetProperty("state").GetString() == "lost");
        broker.Kill();
    }

    [Fact]
    public async Task The_will_announces_kill_9_and_the_next_start_sends_the_committed_clips()
    {
        int port = LoopbackPort.Free();
        using Process broker = StartMosquitto(port);
        await using Subscriber subscriber = await ConnectAsync(port);
        using (Process service = Start(port))
        {
            await subscriber.UntilAsync(m => m.Name == "clip");
            service.Kill();
            await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await subscriber.UntilAsync(m => m.Name == "availability" && m.Json.GetProperty("state").GetString() == "lost");
        string boot = subscriber.Messages.First().Json.GetProperty("boot").GetString()!;
        using Process next = Start(port);
        await subscriber.UntilAsync(m => m.Name == "clip" && m.Json.GetProperty("boot").GetString() != boot);
        IEnumerable<Received> clips =
            subscriber.Messages.Where(m => m.Name == "clip" && m.Json.GetProperty("boot").GetString() == boot);
        long[] seqs = [.. clips.Select(m => m.Json.GetProperty("seq").GetInt64()).Distinct().Order()];
        Assert.Equal(Enumerable.Range(0, seqs.Length).Select(i => (long)i), seqs);
        next.Kill();
        broker.Kill();
    }

    [Fact]
    public async Task Without_a_broker_the_service_runs_and_exits_within_five_seconds()
    {
        using Process service = Start(LoopbackPort.Free());
        string line = "";
        while (!line.Contains("broker", StringComparison.Ordinal))
        {
            line = await service.StandardError.ReadLineAsync(TestContext.Current.CancellationToken)
                ?? throw new EndOfStreamException();
        }

        long asked = Stopwatch.GetTimestamp();
        Lusedge.Terminate(service);
        Outcome end = await Lusedge.FinishAsync(service);

        Assert.True(end.Code == 0, end.Error);
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task With_the_embedded_broker_only_the_service_publishes_readings()
    {
        int port = LoopbackPort.Free();
        using Process service = Start(port, mode: "embedded");
        await using Subscriber subscriber = await ConnectAsync(port);
        Received live = await subscriber.UntilAsync(m => m.Name == "live" && m.Json.GetProperty("state").GetString() == "live");

        CancellationToken stop = TestContext.Current.CancellationToken;
        using IMqttClient guest = new MqttClientFactory().CreateMqttClient();
        MqttClientOptionsBuilder options =
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V500);
        Assert.Equal(
            MqttClientConnectResultCode.NotAuthorized,
            (await guest.ConnectAsync(options.WithClientId("test").Build(), stop)).ResultCode);
        await guest.ConnectAsync(options.WithClientId("guest").Build(), stop);
        MqttClientPublishResult forged = await guest.PublishStringAsync(
            live.Topic, live.Payload, MqttQualityOfServiceLevel.AtLeastOnce, retain: true, stop);
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, forged.ReasonCode);

        Lusedge.Terminate(service);
        Outcome end = await Lusedge.FinishAsync(service);
        Assert.True(end.Code == 0, end.Error);
        await subscriber.UntilAsync(m => m.Name == "availability" && m.Json.GetProperty("state").GetString() == "offline");
    }

    [Fact]
    public async Task At_the_end_of_a_file_the_service_publishes_the_clip_and_exits()
    {
        int port = LoopbackPort.Free();
        using Process broker = StartMosquitto(port);
        await using Subscriber subscriber = await ConnectAsync(port);
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        using Process service = Start(port, source: Lusedge.PhantomClip);
        Outcome end = await Lusedge.FinishAsync(service);

        Assert.True(end.Code == 0, end.Error);
        Received clip = await subscriber.UntilAsync(m => m.Name == "clip");
        Assert.Equal("3", clip.Json.GetProperty("grade").GetString());
        broker.Kill();
    }

    [Fact]
    public async Task The_service_waits_for_an_unreachable_live_feed_and_reports_it()
    {
        int port = LoopbackPort.Free();
        int source = LoopbackPort.Free();
        using Process broker = StartMosquitto(port);
        await using Subscriber subscriber = await ConnectAsync(port);
        using Process service = Start(port, source: $"tcp://127.0.0.1:{source}");
        await subscriber.UntilAsync(m => m.Name == "live" && m.Json.GetProperty("state").GetString() == "no_signal");
        string expected = $"tcp://127.0.0.1:{source} can't be reached";
        await subscriber.UntilAsync(m => m.Name == "health" && m.Json.GetProperty("reasons").EnumerateArray().Any(reason =>
            reason.GetProperty("detail").GetString()!.Contains(expected, StringComparison.Ordinal)));
        Assert.False(service.HasExited);

        long asked = Stopwatch.GetTimestamp();
        Lusedge.Terminate(service);
        Outcome end = await Lusedge.FinishAsync(service);
        Assert.True(end.Code == 0, end.Error);
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(5));
        broker.Kill();
    }

    [Theory]
    [InlineData("carrierpigeon://10.0.0.7/", "", 78, "begins with no protocol that is supported")]
    [InlineData("tcp://127.0.0.1:9", "rtsp_transport", 78, "Capture:Options")]
    [InlineData("tcp://127.0.0.1:9", "a=b\", \"Size\": \"640x480", 78, "Capture:Size")]
    public async Task A_source_that_can_never_work_exits_with_a_sentence_and_a_code(
        string source, string options, int code, string expected)
    {
        using Process service = Start(LoopbackPort.Free(), $"{source}\", \"Options\": \"{options}");
        Outcome end = await Lusedge.FinishAsync(service);
        Assert.Equal(code, end.Code);
        Assert.Contains(expected, end.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", end.Error, StringComparison.Ordinal);
    }

    private static Process StartMosquitto(int port)
    {
        string binary = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        try
        {
            return Process.Start(new ProcessStartInfo(binary, ["-p", $"{port}"]) { RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("mosquitto is not installed: run tests/run.sh");
            throw;
        }
    }

    private static async Task<Subscriber> ConnectAsync(int port)
    {
        while (true)
        {
            try
            {
                return await Subscriber.ConnectAsync(port);
            }
            catch (MQTTnet.Exceptions.MqttCommunicationException)
            {
                // The broker is not up yet.
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private Process Start(int port, string? source = null, string mode = "external")
    {
        string config = Path.Combine(_temp.FullName, "lusedge.json");
        string capture = source is null
            ? $"\"Source\": \"{Lusedge.PhantomClip}\", \"Pace\": \"realtime\", \"Loop\": true"
            : $"\"Source\": \"{source}\"";
        File.WriteAllText(config, $$"""
            {
              "Device": { "Id": "test" },
              "Capture": { {{capture}} },
              "Aggregate": { "ClipLength": "00:00:01", "MinFrames": 1 },
              "Mqtt": {
                "Mode": "{{mode}}", "Port": {{port}}, "WebSocketPort": {{LoopbackPort.Free()}},
                "EventsDatabase": "{{_temp.FullName}}/events.db"
              }
            }
            """);
        return Lusedge.Start("run", "--config", config);
    }
}
