using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

public sealed class ProbeTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task A_recording_is_measured_by_its_presentation_times()
    {
        JsonElement probed = await ProbeAsync(Lusedge.PhantomClip);

        Assert.Equal(Lusedge.PhantomClip, probed.GetProperty("source").GetString());
        Assert.False(probed.GetProperty("live").GetBoolean());
        Assert.Equal("h264", probed.GetProperty("codec").GetString());
        Assert.Equal("yuv420p", probed.GetProperty("pixel_format").GetString());
        Assert.Equal((400, 320), (Count(probed, "width"), Count(probed, "height")));
        Assert.Equal(25, probed.GetProperty("declared_fps").GetDouble());
        Assert.Equal(25, probed.GetProperty("measured_fps").GetDouble());
        Assert.Equal(125, Count(probed, "frames"));
        foreach (string figure in (string[])["damaged", "other_sizes", "interruptions"]) Assert.Equal(0, Count(probed, figure));
        Assert.Equal("pts", probed.GetProperty("interval_by").GetString());
        foreach (string figure in (string[])["median", "p99", "max"])
            Assert.Equal(40, probed.GetProperty($"interval_{figure}_ms").GetDouble(), 1);
        Assert.Equal("gray", probed.GetProperty("colour").GetString());
        Assert.Equal(JsonValueKind.Null, probed.GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task The_json_fields_are_the_documented_ones_in_order()
    {
        JsonElement probed = await ProbeAsync(Lusedge.PhantomClip, "--seconds", "1");
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Lusedge.Root, "docs/commands.md"))
            .SkipWhile(line => line != "## `probe --json`").TakeWhile(line => line != "## `doctor`")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        Assert.Equal(documented, probed.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task A_live_feed_is_measured_by_arrival_times()
    {
        JsonElement probed = await ProbeAsync("lavfi:testsrc2=s=320x240:r=20,realtime", "--seconds", "2");

        Assert.True(probed.GetProperty("live").GetBoolean());
        Assert.Equal("arrival", probed.GetProperty("interval_by").GetString());
        Assert.Equal(20, probed.GetProperty("measured_fps").GetDouble(), 2.0);
        Assert.Equal(50, probed.GetProperty("interval_median_ms").GetDouble(), 20.0);
        Assert.Equal(2, probed.GetProperty("seconds").GetDouble(), 0.5);
    }

    [Theory]
    [InlineData(100, 60, "drawbox=x=10:y=10:w=200:h=20:c=white:t=fill")]
    [InlineData(
        180,
        120,
        "drawbox=x=600:y=100:w=20:h=200:c=gray:t=fill,"
            + "drawbox=x=10:y=10:w=60:h=20:c=white:t=fill:enable='gte(mod(t\\,2)\\,1)'")]
    public async Task The_sector_is_found_among_text_scales_and_a_clock(int x, int y, string decoration)
    {
        JsonElement probed = await ProbeAsync(
            $"lavfi:color=black:s=640x480:r=25[screen];movie={Lusedge.PhantomClip}[scan];"
            + $"[screen][scan]overlay={x}:{y}:shortest=1,{decoration}");

        int[] sector = Sector(probed);
        // The phantom's sector begins 4 pixels from the picture's sides; its top and bottom are dark for a while.
        Assert.InRange(sector[0], x, x + 12);
        Assert.InRange(sector[0] + sector[2], x + 388, x + 400);
        Assert.InRange(sector[1], y, y + 24);
        Assert.InRange(sector[1] + sector[3], y + 260, y + 320);
        Assert.Contains(probed.GetProperty("sector_confidence").GetString(), (string[])["sure", "likely"]);
    }

    [Theory]
    [InlineData("color=black:s=320x240:r=25:d=2", "none", "black")]
    [InlineData("color=black:s=320x240:r=25:d=2,drawbox=x=40:y=48:w=160:h=96:c=white:t=fill", "40,48,160,96", "nothing moves")]
    public async Task A_still_picture_gives_an_unsure_sector_and_the_reason(string graph, string sector, string why)
    {
        JsonElement probed = await ProbeAsync("lavfi:" + graph);

        Assert.Equal(sector, probed.GetProperty("sector").GetString());
        Assert.Equal("unsure", probed.GetProperty("sector_confidence").GetString());
        Assert.Contains(why, probed.GetProperty("sector_why").GetString());
    }

    [Fact]
    public async Task An_unsure_sector_is_not_offered_for_the_configuration()
    {
        Outcome run = await Lusedge.RunAsync(
            "probe", "lavfi:color=black:s=320x240:r=25:d=2,drawbox=x=40:y=48:w=160:h=96:c=white:t=fill");

        Assert.Equal(0, run.Code);
        Assert.Contains("Find Capture:Sector yourself", run.Output);
        Assert.DoesNotContain("\"Sector\"", run.Output);
    }

    [Theory]
    [InlineData("color=0xA0A0A0:s=320x240:r=25:d=1", "gray")]
    [InlineData("color=0xC0A070:s=320x240:r=25:d=1", "tinted")]
    [InlineData("color=0xA0A0A0:s=320x240:r=25:d=1,drawbox=x=40:y=40:w=40:h=20:c=orange:t=fill", "parts")]
    [InlineData("color=0xA0A0A0:s=320x240:r=25:d=1,format=rgb24", "gray")]
    [InlineData("color=0xA0A0A0:s=320x240:r=25:d=1,format=gray", "gray")]
    public async Task Colour_is_distinguished_from_gray(string graph, string colour) =>
        Assert.Equal(colour, (await ProbeAsync("lavfi:" + graph)).GetProperty("colour").GetString());

    [Fact]
    public async Task A_feed_that_drops_frames_is_uneven_and_slower_than_declared()
    {
        const string Source = @"lavfi:testsrc2=s=160x120:r=25:d=4,select=mod(n\,4)";
        JsonElement probed = await ProbeAsync(Source);
        Outcome table = await Lusedge.RunAsync("probe", Source);

        Assert.Equal(40, probed.GetProperty("interval_median_ms").GetDouble(), 1.0);
        Assert.Equal(80, probed.GetProperty("interval_p99_ms").GetDouble(), 1.0);
        Assert.Equal(18.75, probed.GetProperty("measured_fps").GetDouble(), 0.5);
        Assert.Contains("uneven", table.Output);
        Assert.Contains("not the rate that it declares", table.Output);
    }

    [Fact]
    public async Task Damaged_frames_are_counted()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        byte[] clip = File.ReadAllBytes(Lusedge.PhantomClip);
        // The pictures are in the middle of the file, its index at one end.
        for (int at = 60_000; at < 120_000; at += 500) clip[at] ^= 0xFF;
        string damaged = Path.Combine(_temp.FullName, "damaged.mp4");
        File.WriteAllBytes(damaged, clip);
        JsonElement probed = await ProbeAsync(damaged, "--seconds", "30");

        Assert.InRange(Count(probed, "damaged"), 1, Count(probed, "frames") - 1);
    }

    [Fact]
    public async Task A_truncated_recording_is_described_and_exits_with_65()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        string cut = Path.Combine(_temp.FullName, "cut.mp4");
        File.WriteAllBytes(cut, File.ReadAllBytes(Lusedge.PhantomClip)[..400_000]);
        Outcome run = await Lusedge.RunAsync("probe", "--json", "--seconds", "60", cut);

        Assert.Equal(65, run.Code);
        Assert.Contains("cut short", run.Error);
        Assert.Contains("cut short", JsonDocument.Parse(run.Output).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_table_fits_80_columns_and_gives_the_lines_for_the_configuration()
    {
        Outcome run = await Lusedge.RunAsync("probe", Lusedge.PhantomClip);

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        string[] lines = run.Output.Split('\n');
        Assert.All(
            lines.Where(line => !line.Contains(Lusedge.PhantomClip, StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain('\e', run.Output);
        Assert.Matches("\"Geometry\": \"400x320\", \"Sector\": \"[0-9,]+\"", run.Output);
    }

    [Theory]
    [InlineData("/nonexistent.mp4", 66)]
    [InlineData("tcp://127.0.0.1:9", 66)]
    [InlineData("lavfi:no-such-filter", 78)]
    [InlineData("/dev/video987", 66)]
    [InlineData("/etc/passwd", 65)]
    public async Task A_source_that_cant_be_probed_is_named_in_one_sentence_with_an_exit_code(string source, int code)
    {
        string error = (await Lusedge.RunAsync("probe", "--json", source)).Refusal(code);
        Assert.Contains(source, Assert.Single(error.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task Options_reach_ffmpeg_and_an_unknown_one_is_refused()
    {
        Outcome run = await Lusedge.RunAsync("probe", "--options", "no_such_option=1", Lusedge.PhantomClip);
        Assert.Contains("no_such_option", run.Refusal(78));
    }

    [Theory]
    [InlineData("--size", "0x480", "--size: 0x480 is not WxH in pixels")]
    [InlineData("--size", "large", "--size: large is not WxH in pixels")]
    [InlineData("--rate", "0", "Rate must be from 1 to 1000 frames per second")]
    [InlineData("--rate", "fast", "--rate: fast is not a number")]
    [InlineData("--pixel-format", "YUYV!", "PixelFormat must be an FFmpeg name")]
    [InlineData("--options", "rtsp", "Options must be name=value")]
    public async Task Device_options_are_validated_before_the_device_is_opened(string option, string value, string expected) =>
        Assert.Contains(expected, (await Lusedge.RunAsync("probe", option, value, "/dev/video987")).Refusal(64));

    [Fact]
    public async Task A_size_can_be_requested_from_devices_only()
    {
        Outcome run = await Lusedge.RunAsync("probe", "--size", "640x480", Lusedge.PhantomClip);
        Assert.Contains("applies only to devices", run.Refusal(64));
    }

    [Fact]
    public async Task An_interrupted_probe_reports_what_it_has_seen()
    {
        using Process probe = Lusedge.Start("probe", "--json", "--seconds", "600", "lavfi:testsrc2=s=160x120:r=25,realtime");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Lusedge.Terminate(probe);
        Outcome end = await Lusedge.FinishAsync(probe);

        Assert.Equal(130, end.Code);
        Assert.Equal(160, JsonDocument.Parse(end.Output).RootElement.GetProperty("width").GetInt32());
    }

    private static async Task<JsonElement> ProbeAsync(string source, params string[] arguments)
    {
        Outcome run = await Lusedge.RunAsync(["probe", "--json", source, .. arguments]);
        Assert.True(run.Code == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static int Count(JsonElement probed, string field) => probed.GetProperty(field).GetInt32();

    private static int[] Sector(JsonElement probed)
    {
        string[] numbers = probed.GetProperty("sector").GetString()!.Split(',');
        return [.. numbers.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }
}
