using System.CommandLine;
using LusEdge.Broker;
using LusEdge.Capture.Source;
using LusEdge.Cli.Demo;
using LusEdge.Configuration;
using LusEdge.Contract;
using LusEdge.Models;
using LusEdge.Publish.Connection;
using LusEdge.Publish.Events;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge demo</c>: the whole appliance on the phantom clip, with nothing to configure.</summary>
internal static class DemoCommand
{
    /// <summary>The model is already loaded and the clip is a local file, so anything slower than this has failed.</summary>
    private static readonly TimeSpan FirstReadingWithin = TimeSpan.FromSeconds(60);

    /// <summary>A day.</summary>
    private const int LongestSeconds = 86_400;

    public static Command Create()
    {
        var seconds = new Option<int?>("--seconds")
        {
            Description = "Stop N seconds after the first reading. Default: run until Ctrl-C.",
            HelpName = "N",
            CustomParser = given => ParsedValue.WholeNumber(given, LongestSeconds),
        };
        var demo = new Command("demo", "Grades the synthetic phantom clip as a live feed and shows what is published.")
        {
            seconds,
        };
        // On another thread, because System.CommandLine handles Ctrl-C only after this returns.
        demo.SetAction((parsed, stop) => Task.Run(
            () => RunAsync(parsed.GetValue(seconds) is { } n ? TimeSpan.FromSeconds(n) : null, stop), CancellationToken.None));
        return demo;
    }

    private static async Task<int> RunAsync(TimeSpan? length, CancellationToken interrupted)
    {
        if (Failure.ReportLimits() is { } code) return (int)code;
        string? state = null;
        try
        {
            state = NewFolder();
            Phantom phantom = Phantom.Load();
            var options = new LusEdgeOptions
            {
                // A container image has no machine id and the demo needs no configuration. Only its own broker sees this name.
                Device = new DeviceOptions { Id = DeviceId.Resolve(null) ?? "lus-demo" },
                // The phantom's own model: a model installed on the box was not trained on phantoms.
                Infer = new ModelOptions { Model = ModelOptions.ShippedModel },
                Capture = new CaptureOptions { Source = phantom.Clip, Pace = Pace.Realtime, Loop = true },
                Mqtt = new MqttOptions
                {
                    Mode = MqttMode.Embedded,
                    Site = "demo",
                    EventsDatabase = Path.Combine(state, "events.db"),
                },
            };
            TimeProvider time = TimeProvider.System;
            using ILoggerFactory loggers = LoggerFactory.Create(
                logging => logging.AddLusEdgeConsole().SetMinimumLevel(LogLevel.Warning));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
            await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
                options.Mqtt.Port,
                options.Mqtt.WebSocketPort,
                Appliance.TopicsOf(options),
                time,
                loggers.CreateLogger<EmbeddedBroker>(),
                stop.Token);
            options = options with { Mqtt = options.Mqtt.ForEmbedded(broker.TcpPort, broker.Password) };
            await using Appliance appliance = await Appliance.StartAsync(options, time, loggers, stop.Token);
            int port = broker.TcpPort;
            using DemoSubscriber subscriber = await DemoSubscriber.ConnectAsync(port, appliance.Topics, stop.Token);

            Console.WriteLine(Disclaimer.Text);
            Console.WriteLine(
                $"Model {appliance.Model.Reference} on {appliance.Model.Provider}: "
                + "trained on synthetic pictures, for demonstration only.");
            Console.WriteLine("Every message, from another terminal:");
            Console.WriteLine($"  mosquitto_sub -h 127.0.0.1 -p {port} -t 'lus/#' -v");
            Console.WriteLine();

            Task running = appliance.RunAsync(stop.Token);
            await Task.WhenAny(running, subscriber.FirstReading.WaitAsync(FirstReadingWithin, time, stop.Token));
            if (running.IsFaulted) await running;
            if (!subscriber.FirstReading.IsCompleted && !interrupted.IsCancellationRequested)
            {
                Failure.Print(
                    $"no reading within {FirstReadingWithin.TotalSeconds} s. "
                    + $"Run `lusedge replay {phantom.Clip}` to see whether video and model work.");
                return (int)ExitCode.Unavailable;
            }

            if (length is { } after) stop.CancelAfter(after);
            await ShowAsync(new DemoView(appliance.Model, phantom, subscriber, time), time, stop.Token);
            await running;
            // Before the subscriber disconnects, so that it still receives the last clip.
            await appliance.DisposeAsync();
            Console.WriteLine($"{subscriber.Frames} frames read back from the broker. {Disclaimer.Text}");
            return (int)ExitCode.Ok;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            // Ctrl-C before the first reading.
            return (int)ExitCode.Ok;
        }
        finally
        {
            if (state is not null) Directory.Delete(state, recursive: true);
        }
    }

    private static string NewFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("lusedge-demo-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EventStoreException(
                $"the demo can't write to {Path.GetTempPath()}. Make it writable, or set TMPDIR to a writable folder.", e);
        }
    }

    private static async Task ShowAsync(DemoView view, TimeProvider time, CancellationToken stop)
    {
        // A pipe, a terminal without ANSI and one that is too small for the panel get plain lines.
        Profile terminal = AnsiConsole.Profile;
        bool isTooSmall = terminal.Width < DemoView.Width || terminal.Height < DemoView.Height;
        if (Console.IsOutputRedirected || !terminal.Capabilities.Ansi || isTooSmall)
        {
            await Every(TimeSpan.FromSeconds(1), () => Console.WriteLine(view.Line()), time, stop);
            return;
        }

        await AnsiConsole.Live(view.Panel()).StartAsync(live =>
            Every(TimeSpan.FromMilliseconds(200), () => live.UpdateTarget(view.Panel()), time, stop));
    }

    private static async Task Every(TimeSpan period, Action act, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do act();
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // --seconds has passed, or Ctrl-C.
        }
    }
}
