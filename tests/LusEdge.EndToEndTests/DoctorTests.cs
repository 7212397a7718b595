using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LusEdge.Tests;

namespace LusEdge.EndToEndTests;

public sealed class DoctorTests : IDisposable
{
    private const string Source = "lavfi:testsrc2=s=320x240:r=10,realtime";
    private static readonly string[] Checks =
        ["configuration", "device", "machine", "clock", "ffmpeg", "source", "model", "provider", "broker", "events"];
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task A_healthy_box_exits_with_0_and_every_check_reports_a_finding()
    {
        using Broker broker = await Broker.StartAsync();
        Report report = await ExamineAsync(0, Config(broker.Port));

        Assert.Equal(Checks, report.Checks.Keys);
        Assert.DoesNotContain(report.Checks.Values, check => check.Status is "failed" or "skipped");
        Assert.All(report.Checks.Values, check => Assert.NotEmpty(check.Text));
        Assert.All(report.Checks.Values, check => Assert.Equal(check.Status == "warning", check.Suggestion is not null));
        Assert.Contains("libavcodec", report.Checks["ffmpeg"].Text);
        Assert.Contains("320x240", report.Checks["source"].Text);
        Assert.Matches("lus-severity-7@[0-9]+:[0-9a-f]{8}, scheme sanmatteo-7", report.Checks["model"].Text);
        Assert.Contains("frames/s at most", report.Checks["provider"].Text);
        Assert.Contains($"127.0.0.1:{broker.Port} accepts the connection", report.Checks["broker"].Text);
        Assert.Contains("MiB free", report.Checks["events"].Text);
        Assert.Equal("lus/v1/site/test/#", report.Checks["device"].Text.TrimEnd('.').Split(' ')[^1]);
        // Its write test leaves no file behind.
        Assert.Equal(["lusedge.json"], _temp.EnumerateFileSystemInfos().Select(entry => entry.Name));
    }

    [Fact]
    public void The_documentation_lists_every_check_in_order() =>
        Assert.Equal(
            Checks,
            File.ReadLines(Path.Combine(Lusedge.Root, "docs/commands.md"))
                .SkipWhile(line => line != "## `doctor`").TakeWhile(line => line != "## `doctor --json`")
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]));

    [Fact]
    public async Task A_running_service_is_not_disturbed()
    {
        using Broker broker = await Broker.StartAsync();
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.Port);
        string config = Config(broker.Port);
        using Process service = Lusedge.Start("run", "--config", config);
        await subscriber.UntilAsync(m => m.Name == "frame");

        await ExamineAsync(0, config);

        Received[] availability = [.. subscriber.Messages.Where(m => m.Name == "availability")];
        Assert.All(availability, message => Assert.Equal("online", message.Json.GetProperty("state").GetString()));
        Assert.Single(availability);
        Lusedge.Terminate(service);
        Assert.Equal(0, (await Lusedge.FinishAsync(service)).Code);
    }

    [Fact]
    public async Task A_broker_that_is_down_exits_with_69_and_the_other_checks_still_run()
    {
        int port = LoopbackPort.Free();
        Report report = await ExamineAsync(69, Config(port));

        Assert.Equal(["broker"], report.Failed);
        Assert.Contains($"127.0.0.1:{port} can't be reached", report.Checks["broker"].Text);
        Assert.Contains($"{port}", report.Checks["broker"].Suggestion);
    }

    [Theory]
    [InlineData("retain_available false", "keeps no retained messages", "retain_available true")]
    [InlineData("max_qos 0", "allows QoS 0 only", "max_qos 1 or 2")]
    [InlineData("max_packet_size 1000", "takes packets of at most 1000 bytes", "max_packet_size 20480")]
    public async Task A_broker_that_does_not_suit_the_service_exits_with_69_and_names_its_setting(
        string setting, string lack, string remedy)
    {
        using Broker broker = await Broker.StartAsync(setting);
        Report report = await ExamineAsync(69, Config(broker.Port));

        Assert.Equal(["broker"], report.Failed);
        Assert.Contains($"127.0.0.1:{broker.Port} {lack}", report.Checks["broker"].Text);
        Assert.StartsWith($"in mosquitto.conf: {remedy}", report.Checks["broker"].Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_with_a_tight_packet_limit_is_a_warning()
    {
        using Broker broker = await Broker.StartAsync("max_packet_size 8192");
        Report report = await ExamineAsync(0, Config(broker.Port));
        Assert.Equal("warning", report.Checks["broker"].Status);
        Assert.Contains("at most 8192 bytes", report.Checks["broker"].Text);
    }

    [Fact]
    public async Task A_damaged_model_exits_with_65()
    {
        using Broker broker = await Broker.StartAsync();
        Report report = await ExamineAsync(65, Config(broker.Port, model: DamagedModel()));

        Assert.Equal(["model"], report.Failed);
        Assert.Contains("SHA-256", report.Checks["model"].Text);
        Assert.Equal("skipped", report.Checks["provider"].Status);
    }

    [Fact]
    public async Task A_named_provider_that_fails_exits_with_69_and_the_model_is_not_blamed()
    {
        using Broker broker = await Broker.StartAsync();
        Report report = await ExamineAsync(69, Config(broker.Port, provider: "tensorrt"));

        Assert.Equal(["provider"], report.Failed);
        Assert.Contains("tensorrt", report.Checks["provider"].Text);
        Assert.Equal("skipped", report.Checks["model"].Status);
    }

    [Fact]
    public async Task All_failures_are_reported_and_the_highest_code_wins()
    {
        Report report = await ExamineAsync(69, Config(LoopbackPort.Free(), source: "/nonexistent.mp4", model: DamagedModel()));

        Assert.Equal(["source", "model", "broker"], report.Failed);
        Assert.Equal([66, 65, 69], report.Failed.Select(name => report.Checks[name].Code));
        Assert.Contains("/nonexistent.mp4", report.Checks["source"].Text);
    }

    [Fact]
    public async Task A_bad_configuration_lists_every_error_and_its_valid_sections_are_checked()
    {
        const string Config = """{ "Capture": { "Source": 3 }, "Mqtt": { "Port": 99999 }, "Device": { "Id": "test" } }""";
        Report report = await ExamineAsync(78, Write(Config));

        Assert.Equal(["configuration"], report.Failed);
        Assert.Contains("Capture:Source", report.Checks["configuration"].Text);
        Assert.Contains("Mqtt:Port", report.Checks["configuration"].Text);
        IEnumerable<string> skipped = report.Checks.Where(check => check.Value.Status == "skipped").Select(check => check.Key);
        Assert.Equal(["source", "broker", "events"], skipped);
        Assert.Contains("lus-severity-7", report.Checks["model"].Text);
    }

    [Theory]
    [InlineData("{ \"Capture\": ")]
    [InlineData("")]
    [InlineData("[]")]
    public async Task The_box_is_still_checked_if_the_configuration_is_not_a_json_object(string text)
    {
        Report report = await ExamineAsync(78, Write(text));

        Assert.Equal(["configuration"], report.Failed);
        Assert.Equal("ok", report.Checks["ffmpeg"].Status);
        Assert.Equal("skipped", report.Checks["broker"].Status);
    }

    [Fact]
    public async Task A_missing_configuration_exits_with_78()
    {
        Report report = await ExamineAsync(78, Path.Combine(_temp.FullName, "none.json"));
        Assert.Contains("does not exist", report.Checks["configuration"].Text);
    }

    [Fact]
    public async Task Without_a_configuration_doctor_says_so_and_checks_the_defaults()
    {
        Assert.SkipWhen(File.Exists("/etc/lusedge/lusedge.json"), "this machine has a configuration");
        Outcome run = await Lusedge.RunAsync("doctor", "--json");
        Report report = Report.Of(run);

        Assert.Equal("warning", report.Checks["configuration"].Status);
        Assert.Equal("skipped", report.Checks["source"].Status);
        Assert.Contains("127.0.0.1:1883", report.Checks["broker"].Text);
        Assert.Contains("lus-severity-7", report.Checks["model"].Text);
    }

    [Fact]
    public async Task A_silent_source_exits_with_66_and_a_long_check_shows_progress()
    {
        using Broker broker = await Broker.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        string source = $"tcp://user:secret-7@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        string config = Config(broker.Port, source: source, capture: """, "OpenTimeout": "00:00:03" """);
        Outcome run = await Lusedge.RunAsync("doctor", "--json", "--config", config);
        Report report = Report.Of(run);

        Assert.Equal(66, run.Code);
        Assert.Equal(["source"], report.Failed);
        Assert.Contains("within 3 s", report.Checks["source"].Text);
        Assert.Contains("checking source", run.Error);
        Assert.DoesNotContain("secret-7", run.Output + run.Error);
    }

    [Fact]
    public async Task A_missing_sector_and_a_geometry_mismatch_of_a_live_feed_are_warnings()
    {
        using Broker broker = await Broker.StartAsync();
        Report without = await ExamineAsync(0, Config(broker.Port, capture: ""));
        const string Mismatch = """, "Sector": "0,0,100,100", "Geometry": "640x480" """;
        Report other = await ExamineAsync(0, Config(broker.Port, capture: Mismatch));

        Assert.Equal("warning", without.Checks["source"].Status);
        Assert.Contains("lusedge probe", without.Checks["source"].Suggestion);
        Assert.Equal("warning", other.Checks["source"].Status);
        Assert.Contains("mode_changed", other.Checks["source"].Text);
    }

    [Fact]
    public async Task An_embedded_broker_whose_port_is_taken_is_a_warning()
    {
        using Broker taken = await Broker.StartAsync();
        string free = $$""", "Mode": "embedded", "WebSocketPort": {{LoopbackPort.Free()}} """;
        Report inUse = await ExamineAsync(0, Config(taken.Port, mqtt: free));
        Report well = await ExamineAsync(0, Config(LoopbackPort.Free(), mqtt: free));

        Assert.Equal("warning", inUse.Checks["broker"].Status);
        Assert.Contains($"127.0.0.1:{taken.Port} is in use", inUse.Checks["broker"].Text);
        Assert.Equal("ok", well.Checks["broker"].Status);
    }

    [Fact]
    public async Task Without_ffmpegs_libraries_doctor_exits_with_69_and_says_what_to_install()
    {
        using Broker broker = await Broker.StartAsync();
        // In a mount namespace, every shared object of libav* becomes an empty file.
        const string Break = "for library in $(ls /usr/lib/*/libav*.so.* /lib/*/libav*.so.* 2>/dev/null); "
            + "do mount --bind /dev/null \"$library\"; done";
        Report report = await ExamineInsideAsync(Break, 69, Config(broker.Port));

        Assert.Equal(["ffmpeg"], report.Failed);
        Assert.Contains("the FFmpeg libraries are not installed", report.Checks["ffmpeg"].Text);
        Assert.Equal("apt-get install ffmpeg", report.Checks["ffmpeg"].Suggestion);
        Assert.Equal("skipped", report.Checks["source"].Status);
    }

    [Fact]
    public async Task A_memory_limit_that_is_too_low_for_the_service_exits_with_69()
    {
        using Broker broker = await Broker.StartAsync();
        Report report = await ExamineInsideAsync(
            "mount -t tmpfs none /sys/fs/cgroup && echo 209715200 > /sys/fs/cgroup/memory.max", 69, Config(broker.Port));

        Assert.Equal(["machine"], report.Failed);
        Assert.Contains("limit of memory is 200 MiB, but the service needs 256 MiB", report.Checks["machine"].Text);
    }

    [Fact]
    public async Task A_full_disk_exits_with_69_and_one_that_is_too_small_is_a_warning()
    {
        using Broker broker = await Broker.StartAsync();
        string disk = _temp.CreateSubdirectory("disk").FullName;
        string config = Config(broker.Port, events: $"{disk}/events.db");
        Report full = await ExamineInsideAsync($"mount -t tmpfs -o size=16k none '{disk}'", 69, config);
        Report small = await ExamineInsideAsync($"mount -t tmpfs -o size=1m none '{disk}'", 0, config);

        Assert.Equal(["events"], full.Failed);
        Assert.Contains("No space left", full.Checks["events"].Text);
        Assert.Equal("warning", small.Checks["events"].Status);
        Assert.Contains("1 MiB free", small.Checks["events"].Text);
    }

    [Fact]
    public async Task A_read_only_events_folder_exits_with_69()
    {
        using Broker broker = await Broker.StartAsync();
        string disk = _temp.CreateSubdirectory("disk").FullName;
        string config = Config(broker.Port, events: $"{disk}/below/events.db");
        Report report = await ExamineInsideAsync($"mount -t tmpfs -o ro none '{disk}'", 69, config);

        Assert.Equal(["events"], report.Failed);
        Assert.Contains(disk, report.Checks["events"].Text);
    }

    [Fact]
    public async Task A_damaged_events_database_is_a_warning_and_is_left_untouched()
    {
        using Broker broker = await Broker.StartAsync();
        string store = Path.Combine(_temp.FullName, "events.db");
        File.WriteAllText(store, "This is a text, and no database at all.");
        Report report = await ExamineAsync(0, Config(broker.Port));

        Assert.Equal("warning", report.Checks["events"].Status);
        Assert.Contains("damaged", report.Checks["events"].Text);
        Assert.Equal(["events.db", "lusedge.json"], _temp.EnumerateFileSystemInfos().Select(entry => entry.Name).Order());
    }

    [Fact]
    public async Task A_clock_set_before_the_programs_installation_exits_with_69()
    {
        using Broker broker = await Broker.StartAsync();
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        // The same program, installed 50 years from now.
        string program = _temp.CreateSubdirectory("program").FullName;
        foreach (string entry in Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Lusedge.Binary)!))
        {
            File.CreateSymbolicLink(Path.Combine(program, Path.GetFileName(entry)), entry);
        }

        string copy = Path.Combine(program, "lusedge");
        File.Delete(copy);
        File.Copy(Lusedge.Binary, copy);
        File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(copy).AddYears(50));
        using Process doctor = Process.Start(new ProcessStartInfo(copy, ["doctor", "--json", "--config", Config(broker.Port)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Outcome run = await Lusedge.FinishAsync(doctor);

        Assert.Equal(69, run.Code);
        Assert.Equal(["clock"], Report.Of(run).Failed);
    }

    [Fact]
    public async Task The_table_fits_80_columns_needs_no_colour_and_suggests_what_to_try()
    {
        Outcome run = await Lusedge.RunAsync("doctor", "--config", Config(LoopbackPort.Free()));
        string[] lines = run.Output.TrimEnd().Split('\n');

        Assert.Equal(69, run.Code);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain('\e', run.Output);
        IEnumerable<string> heads =
            lines.Where(line => line.Length > 21 && line[0] is not ' ' && !line.Contains("exit code", StringComparison.Ordinal));
        Assert.Equal(Checks, heads.Select(line => line[9..22].Trim()));
        Assert.Contains(lines, line => line.StartsWith("FAILED   broker ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.TrimStart().StartsWith("Try: nc -vz 127.0.0.1", StringComparison.Ordinal));
        Assert.EndsWith("exit code 69.", lines[^1]);
    }

    private string DamagedModel()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        string shipped = Path.Combine(Lusedge.Models, "lus-severity-7");
        string model = _temp.CreateSubdirectory("model").FullName;
        File.WriteAllBytes(Path.Combine(model, "model.onnx"), File.ReadAllBytes(Path.Combine(shipped, "model.onnx"))[..^1]);
        File.Copy(Path.Combine(shipped, "manifest.json"), Path.Combine(model, "manifest.json"));
        return model;
    }

    private string Config(
        int port,
        string source = Source,
        string model = "models/lus-severity-7",
        string provider = "auto",
        string capture = """, "Sector": "0,0,320,240" """,
        string mqtt = "",
        string? events = null)
    {
        if (source != Source) capture = capture.Replace(", \"Sector\": \"0,0,320,240\"", "", StringComparison.Ordinal);
        return Write($$"""
            {
              "Device": { "Id": "test" },
              "Capture": { "Source": "{{source}}" {{capture}} },
              "Infer": { "Model": "{{model}}", "Provider": "{{provider}}" },
              "Mqtt": { "Port": {{port}}, "EventsDatabase": "{{events ?? Path.Combine(_temp.FullName, "events.db")}}" {{mqtt}} }
            }
            """);
    }

    private string Write(string text)
    {
        string file = Path.Combine(_temp.FullName, "lusedge.json");
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<Report> ExamineAsync(int code, string config) =>
        Checked(code, await Lusedge.RunAsync("doctor", "--json", "--config", config));

    /// <summary>Runs doctor in a private mount namespace, where root can break things without affecting the machine.</summary>
    private static async Task<Report> ExamineInsideAsync(string before, int code, string config)
    {
        Assert.SkipUnless(File.Exists(Lusedge.Binary), "artifacts/lusedge is not published: run tests/run.sh");
        string[] command = [Lusedge.Binary, "doctor", "--json", "--config", config];
        using Process doctor = Process.Start(new ProcessStartInfo(
            "unshare", ["--map-root-user", "--mount", "sh", "-c", $"{before} || exit 77; exec \"$@\"", "sh", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Outcome run = await Lusedge.FinishAsync(doctor);
        Assert.SkipWhen(run.Code is 1 or 77 && run.Output.Length == 0, $"this machine allows no mount namespace: {run.Error}");
        return Checked(code, run);
    }

    private static Report Checked(int code, Outcome run)
    {
        Assert.True(run.Code == code, $"exit code {run.Code} instead of {code}: {run.Output}{run.Error}");
        Report report = Report.Of(run);
        Assert.Equal(code, report.Code);
        Assert.Equal(code == 0 ? 0 : 1, report.Failed.Count > 0 ? 1 : 0);
        return report;
    }

    private sealed record Check(string Status, string Text, string? Suggestion, int Code);

    private sealed record Report(int Code, IReadOnlyDictionary<string, Check> Checks)
    {
        /// <summary>The checks that failed, in order.</summary>
        public IReadOnlyList<string> Failed =>
            [.. Checks.Where(check => check.Value.Status == "failed").Select(check => check.Key)];

        public static Report Of(Outcome run)
        {
            JsonElement json = JsonDocument.Parse(run.Output).RootElement;
            Assert.Equal(["version", "config", "status", "code", "checks"], json.EnumerateObject().Select(field => field.Name));
            return new Report(
                json.GetProperty("code").GetInt32(),
                json.GetProperty("checks").EnumerateArray().ToDictionary(
                    check => check.GetProperty("check").GetString()!,
                    check => new Check(
                        check.GetProperty("status").GetString()!,
                        check.GetProperty("finding").GetString()!,
                        check.GetProperty("suggestion").GetString(),
                        check.GetProperty("code").GetInt32())));
        }
    }
}
