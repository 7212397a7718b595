using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LusEdge.Broker;
using LusEdge.Contract;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;

namespace LusEdge.Benchmarks;

/// <summary>The service's start-up time and memory.</summary>
/// <param name="FirstReadings">Per start, the time from process start to the first graded frame at a subscriber.</param>
/// <param name="AnonymousKiB">RssAnon after the run: the service's own memory.</param>
/// <param name="FileKiB">RssFile after the run: programs and libraries, which the system can share and drop.</param>
/// <param name="PeakKiB">VmHWM: the peak of both together.</param>
/// <param name="Run">How long the service had run.</param>
internal sealed record StartFigures(
    IReadOnlyList<TimeSpan> FirstReadings, long AnonymousKiB, long FileKiB, long PeakKiB, TimeSpan Run);

/// <summary>Runs the published program with a broker and a subscriber that are already there: video in, reading out.</summary>
internal static class StartUp
{
    public static async Task<StartFigures> MeasureAsync(Bench bench, Sizes sizes)
    {
        int port = LoopbackPort.Free();
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
            port, LoopbackPort.Free(), null, TimeProvider.System, NullLogger<EmbeddedBroker>.Instance, CancellationToken.None);
        string config = bench.Temporary("lusedge.json");
        File.WriteAllText(config, string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "Device": { "Id": "bench" },
              "Capture": { "Source": "{{bench.Clip}}", "Pace": "realtime", "Loop": true },
              "Infer": { "Model": "{{bench.ShippedModel.Model}}" },
              "Mqtt": { "Port": {{broker.TcpPort}}, "EventsDatabase": "{{bench.Temporary("events.db")}}" }
            }
            """));

        var firstReadings = new List<TimeSpan>();
        (long Anonymous, long File, long Peak) memory = default;
        for (int start = 0; start < sizes.Starts; start++)
        {
            Console.Error.WriteLine($"start {start + 1} of {sizes.Starts}");
            using var client = new MqttClientFactory().CreateMqttClient();
            Task<long> first = FirstReadingAsync(client);
            await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.TcpPort).Build());
            await client.SubscribeAsync("lus/v1/site/bench/frame");

            string program = Path.Combine(bench.Root, "artifacts/lusedge/lusedge");
            var run = new ProcessStartInfo(program, ["run", "--config", config]) { RedirectStandardError = true };
            long begun = Stopwatch.GetTimestamp();
            using Process service = Process.Start(run)!;
            Task<string> log = service.StandardError.ReadToEndAsync();
            if (await Task.WhenAny(first, service.WaitForExitAsync()) != first) throw new InvalidOperationException(await log);
            firstReadings.Add(Stopwatch.GetElapsedTime(begun, await first));
            if (start == sizes.Starts - 1)
            {
                await Task.Delay(sizes.Run);
                memory = (Status(service, "RssAnon"), Status(service, "RssFile"), Status(service, "VmHWM"));
            }

            using Process terminate = Process.Start("kill", ["-TERM", service.Id.ToString(CultureInfo.InvariantCulture)]);
            await service.WaitForExitAsync();
            if (service.ExitCode != 0) throw new InvalidOperationException(await log);
        }

        return new StartFigures(firstReadings, memory.Anonymous, memory.File, memory.Peak, sizes.Run);
    }

    /// <summary>When the first graded frame arrived.</summary>
    private static Task<long> FirstReadingAsync(IMqttClient client)
    {
        var first = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += received =>
        {
            byte[] payload = received.ApplicationMessage.Payload.ToArray();
            FrameMessage? frame = JsonSerializer.Deserialize(payload, LusEdgeJson.Default.FrameMessage);
            if (frame?.State == FrameState.Live) first.TrySetResult(Stopwatch.GetTimestamp());
            return Task.CompletedTask;
        };
        return first.Task;
    }

    private static long Status(Process process, string key)
    {
        string line = File.ReadLines($"/proc/{process.Id}/status")
            .First(line => line.StartsWith(key + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
