using System.Diagnostics;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.IntegrationTests.Capture;
using LusEdge.IntegrationTests.Publish;
using LusEdge.Tests;
using Microsoft.Data.Sqlite;

namespace LusEdge.IntegrationTests.Service;

/// <summary>
/// The published program as systemd runs it: its messages on the notify socket, and stopping in each phase of its life.
/// </summary>
public sealed class ServiceTests : IDisposable
{
    private const string Feed = "lavfi:nullsrc=s=64x48:r=25,format=gray,geq=lum=90,realtime";

    private static readonly string Program = Path.Combine(RootOf(AppContext.BaseDirectory), "artifacts/lusedge/lusedge");

    private readonly TemporaryDirectory _temp = new();
    private readonly NotifySocket _systemd;

    public ServiceTests() => _systemd = new NotifySocket(_temp["notify"]);

    public void Dispose()
    {
        _systemd.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Systemd_gets_ready_status_watchdog_and_stopping_without_a_broker()
    {
        using ChildProcess service = Start(Feed, TinyModel.Bytes(TinyModel.Four), watchdog: true);
        await Eventually.TrueAsync("the service is ready", () => _systemd.Has("READY=1"));
        await Eventually.TrueAsync("the status says so", () => _systemd.Messages.Any(m =>
            m.Message.StartsWith("STATUS=Grading. Provider cpu; health degraded: model_unsigned", StringComparison.Ordinal)));
        int fed = _systemd.Messages.Count(m => m.Message == "WATCHDOG=1");
        await Eventually.TrueAsync(
            "the watchdog is fed", () => _systemd.Messages.Count(m => m.Message == "WATCHDOG=1") >= fed + 3);

        await StopAsync(service);
        string[] messages = [.. _systemd.Messages.Select(m => m.Message)];
        Assert.True(Array.IndexOf(messages, "STATUS=Loading the model") < Array.IndexOf(messages, "READY=1"));
        Assert.Contains("STOPPING=1", messages);
    }

    [Fact]
    public async Task A_service_with_an_unusable_model_is_never_ready()
    {
        using ChildProcess service = Start(Feed, [1, 2, 3]);
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(65, service.ExitCode);
        Assert.DoesNotContain(_systemd.Messages, m => m.Message == "READY=1");
    }

    [Fact]
    public async Task A_hanging_pipeline_stops_feeding_the_watchdog_and_its_state_is_reported()
    {
        using ChildProcess service = Start("lavfi:testsrc2=s=1920x1080:r=25,realtime", TinyModel.Slow(), watchdog: true);
        await Eventually.TrueAsync(
            "the hang is reported",
            () => _systemd.Messages.Any(m => m.Message.StartsWith("STATUS=Grading is too slow.", StringComparison.Ordinal)));
        int fed = _systemd.Messages.Count(m => m.Message == "WATCHDOG=1");
        long reported = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            "three seconds have passed", () => Stopwatch.GetElapsedTime(reported) > TimeSpan.FromSeconds(3));
        Assert.InRange(_systemd.Messages.Count(m => m.Message == "WATCHDOG=1"), fed, fed + 1);
        service.Kill();
    }

    [Fact]
    public async Task Sigterm_while_the_model_loads_ends_within_five_seconds()
    {
        using ChildProcess service = Start(Feed, TinyModel.SlowToLoad(), description: TinyModel.LargeInput);
        await Eventually.TrueAsync("it is being loaded", () => _systemd.Has("STATUS=Loading the model"));
        await StopAsync(service);
        Assert.DoesNotContain(_systemd.Messages, m => m.Message == "READY=1");
    }

    [Fact]
    public async Task Sigterm_with_a_silent_broker_ends_within_five_seconds()
    {
        using var silent = new StreamServer(_ => new ManualResetEventSlim().Wait(TimeSpan.FromMinutes(1)));
        using ChildProcess service = Start(
            Feed, TinyModel.Bytes(TinyModel.Four), broker: int.Parse(silent.Address.Split(':')[1], null));
        await Eventually.TrueAsync(
            "it grades", () => _systemd.Messages.Any(m => m.Message.StartsWith("STATUS=Grading.", StringComparison.Ordinal)));
        await StopAsync(service);
    }

    [Fact]
    public async Task Sigterm_while_the_feed_hangs_ends_within_five_seconds()
    {
        using var silent = new StreamServer(_ => new ManualResetEventSlim().Wait(TimeSpan.FromMinutes(1)));
        using ChildProcess service = Start($"tcp://{silent.Address}", TinyModel.Bytes(TinyModel.Four));
        await Eventually.TrueAsync(
            "it waits",
            () => _systemd.Messages.Any(
                m => m.Message.StartsWith("STATUS=Waiting for the first picture.", StringComparison.Ordinal)));
        await StopAsync(service);
    }

    [Fact]
    public async Task Sigterm_with_locked_events_says_offline_and_ends_within_five_seconds()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        using ChildProcess service = Start(Feed, TinyModel.Bytes(TinyModel.Four), broker: broker.Port);
        var topics = new Topics("site", "test");
        await subscriber.WaitForAsync(topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.Live);
        using var holder = new SqliteConnection($"Data Source={_temp["events.db"]};Pooling=False");
        holder.Open();
        using SqliteCommand command = holder.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        await StopAsync(service);
        await subscriber.WaitForAsync(
            topics.Availability,
            LusEdgeJson.Default.AvailabilityMessage,
            availability => availability.State == Availability.Offline);
    }

    [Fact]
    public async Task Sigterm_while_the_model_hangs_ends_within_five_seconds_with_code_75()
    {
        using ChildProcess service = Start("lavfi:testsrc2=s=1920x1080:r=25,realtime", TinyModel.Slow());
        await Eventually.TrueAsync(
            "the hang is reported",
            () => _systemd.Messages.Any(m => m.Message.StartsWith("STATUS=Grading is too slow.", StringComparison.Ordinal)));
        await StopAsync(service, code: 75);
    }

    [Fact]
    public async Task Frames_readings_and_clips_continue_while_every_fsync_takes_two_seconds()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        using ChildProcess service = Start(
            Feed,
            TinyModel.Bytes(TinyModel.Four),
            broker: broker.Port,
            environment: [("LD_PRELOAD", SlowDisk()), ("SLOW_FSYNC_MS", "2000")]);
        var topics = new Topics("site", "test");
        await subscriber.WaitAsync("a clip", _ => Clips().Count > 0);
        IReadOnlyList<LiveMessage> lives = subscriber.On(topics.Live, LusEdgeJson.Default.LiveMessage);
        IReadOnlyList<FrameMessage> frames = subscriber.On(topics.Frame, LusEdgeJson.Default.FrameMessage);
        await StopAsync(service);

        // The disk really was that slow: the clip arrived long after it had been closed.
        Assert.True(Clips()[0].T < lives[^1].T.AddSeconds(-2));
        Assert.True(lives.Zip(lives.Skip(1), (a, b) => b.T - a.T).Max() < TimeSpan.FromSeconds(1));
        Assert.True(frames.Zip(frames.Skip(1), (a, b) => b.T - a.T).Max() < TimeSpan.FromSeconds(1));

        IReadOnlyList<ClipMessage> Clips() => subscriber.On(topics.Clip, LusEdgeJson.Default.ClipMessage);
    }

    [Fact]
    public async Task Pictures_sent_while_the_service_was_stopped_are_never_live()
    {
        // Each second has a grade of its own, so a picture tells when it was sent.
        using ChildProcess encoder = FFmpegTool.Start(
            "-re", "-f", "lavfi", "-i", "nullsrc=s=64x48:r=25,geq=lum='16+219*(mod(floor(T),7)+0.5)/7':cb=128:cr=128",
            "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-g", "25", "-bf", "0",
            "-flush_packets", "1", "-f", "mpegts", "-");
        using var sender = new StreamServer(client => encoder.StandardOutput.BaseStream.CopyTo(client));
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        var topics = new Topics("site", "test");
        using ChildProcess service = Start(
            $"tcp://{sender.Address}", TinyModel.Bytes(TinyModel.Seven), broker.Port, description: TinyModel.Seven);
        await Eventually.TrueAsync("two cycles are graded", () => Live().Count > 14 * 25);

        FFmpegTool.Signal(service, "STOP");
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        FFmpegTool.Signal(service, "CONT");
        int before = Live().Count;
        await Eventually.TrueAsync("it grades again", () => Live().Count > before + 50);
        await subscriber.WaitAsync("the backlog is counted", _ => subscriber
            .On(topics.Metrics, LusEdgeJson.Default.MetricsMessage)
            .Any(metrics => metrics.Ledger.Dropped.GetValueOrDefault("backlog") > 25));
        await StopAsync(service);

        // A grade begins when its second does; nothing is captured before it was sent.
        DateTimeOffset origin = Live()[0].T;
        double[] phases = [.. Live().Select(frame => ((frame.T - origin).TotalSeconds - Grade(frame) + 70) % 7)];
        double[] delays = [.. phases.Select(phase => (phase - phases[0] + 10.5) % 7)];
        Assert.InRange(delays.Max() - delays.Min(), 0, 2.5);

        static int Grade(FrameMessage frame) => Array.IndexOf([.. TinyModel.Seven.Classes], frame.Grade);
        IReadOnlyList<FrameMessage> Live() =>
            [.. subscriber.On(topics.Frame, LusEdgeJson.Default.FrameMessage).Where(frame => frame.State == FrameState.Live)];
    }

    [Fact]
    public async Task A_service_with_low_priority_raises_it_if_it_is_permitted_to()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can raise a priority");
        using ChildProcess service = Start(Feed, TinyModel.Bytes(TinyModel.Four), nice: 19);
        await Eventually.TrueAsync("the service is ready", () => _systemd.Has("READY=1"));
        Assert.All(Directory.GetDirectories($"/proc/{service.Id}/task"), thread =>
            Assert.Equal("-5", File.ReadAllText(Path.Combine(thread, "stat")).Split(") ")[^1].Split(' ')[16]));
        await StopAsync(service);
    }

    /// <summary>Builds a library that delays every fsync of a process.</summary>
    private string SlowDisk()
    {
        File.WriteAllText(_temp["slow.c"], """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdlib.h>
            #include <time.h>
            static int slow(const char *name, int fd)
            {
                long ms = atol(getenv("SLOW_FSYNC_MS"));
                struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };
                nanosleep(&wait, NULL);
                return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
            }
            int fsync(int fd) { return slow("fsync", fd); }
            int fdatasync(int fd) { return slow("fdatasync", fd); }
            """);
        try
        {
            using ChildProcess gcc = ChildProcess.Start(
                new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-o", _temp["slow.so"], _temp["slow.c"], "-ldl"])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                });
            gcc.OutputOfAll();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("gcc is not installed: tests/run.sh --all installs it");
        }

        return _temp["slow.so"];
    }

    private static string RootOf(string? directory)
    {
        while (directory is not null && !File.Exists(Path.Combine(directory, "LusEdge.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new DirectoryNotFoundException("Run the tests from a build inside the repository.");
    }

    private static async Task StopAsync(ChildProcess service, int code = 0)
    {
        long asked = Stopwatch.GetTimestamp();
        FFmpegTool.Signal(service, "TERM");
        await service.WaitForExitAsync(TestContext.Current.CancellationToken);
        TimeSpan took = Stopwatch.GetElapsedTime(asked);
        TestContext.Current.TestOutputHelper!.WriteLine($"it took {took}");
        Assert.Equal(code, service.ExitCode);
        Assert.True(took < ShutdownBudget.Promised, $"it took {took}");
    }

    private ChildProcess Start(
        string source,
        byte[] model,
        int? broker = null,
        bool watchdog = false,
        ModelDescription? description = null,
        (string Name, string Value)[]? environment = null,
        int? nice = null)
    {
        Assert.SkipUnless(File.Exists(Program), "artifacts/lusedge is not published: run tests/run.sh");
        string directory = TinyModel.Write(_temp["model"], (description ?? TinyModel.Four).Scheme, model);
        File.WriteAllText(_temp["lusedge.json"], $$"""
            {
              "Device": { "Id": "test" },
              "Capture": { "Source": "{{source}}" },
              "Infer": { "Model": "{{directory}}", "Provider": "cpu" },
              "Aggregate": { "ClipLength": "00:00:01", "MinFrames": 1 },
              "Mqtt": { "Port": {{broker ?? LoopbackPort.Free()}}, "EventsDatabase": "{{_temp["events.db"]}}" }
            }
            """);
        string[] run = [Program, "run", "--config", _temp["lusedge.json"]];
        if (nice is { } level) run = ["nice", "-n", $"{level}", .. run];
        var start = new ProcessStartInfo(run[0], run[1..]);
        start.Environment["NOTIFY_SOCKET"] = _systemd.Path;
        foreach ((string name, string value) in environment ?? []) start.Environment[name] = value;
        if (watchdog) start.Environment["WATCHDOG_USEC"] = "3000000";
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        ChildProcess service = ChildProcess.Start(start);
        service.BeginOutputReadLine();
        service.BeginErrorReadLine();
        return service;
    }
}
