using System.Diagnostics;
using System.Globalization;

namespace LusEdge.EndToEndTests;

/// <summary><c>replay --overlay</c>: what the video shows, and what is never left behind.</summary>
public sealed class OverlayTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    private string this[string name] => Path.Combine(_temp.FullName, name);

    [Fact]
    public async Task A_graded_frame_gets_a_heat_map_and_the_results_stay_the_same()
    {
        // 25 frames of the phantom, which have grades, and 15 black ones, which have none.
        string clip = this["clip.mp4"];
        string blackFromFrame25 = "trim=end_frame=40,geq=lum='if(lt(N,25),lum(X,Y),16)':cb=128:cr=128";
        await FFmpegAsync("-i", Phantom(), "-vf", blackFromFrame25, "-c:v", "libx264", "-pix_fmt", "yuv420p", clip);
        Outcome plain = await Lusedge.RunAsync("replay", "--json", clip);
        Outcome run = await Lusedge.RunAsync("replay", "--json", clip, "--overlay", this["out.mp4"]);

        Assert.Equal((0, plain.Output), (run.Code, run.Output));
        Assert.Contains("contains patient images", run.Error);
        Assert.Equal("1260,720,yuv420p,25/1,40", await FFprobeAsync(this["out.mp4"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(this["out.mp4"]));
        Assert.Equal(["clip.mp4", "out.mp4"], Names());

        string[] states =
        [
            .. plain.Output.Split('\n').Where(line => line.Contains("\"state\"", StringComparison.Ordinal))
                .Select(line => line.Split("\"state\":\"")[1].Split('"')[0]),
        ];
        Assert.Contains("live", states);
        Assert.Contains("black", states);
        // The clip is gray and fills the left 900 of 1260 columns: any colour there is heat.
        AssertByState(states, await ColourAsync(this["out.mp4"], "crop=900:720:0:0"), live: (4, 255), black: (0, 0.5));
        // The tile at the top of the panel: light with a grade, hatched and dark without one.
        AssertByState(states, await BrightnessAsync(this["out.mp4"], "crop=330:112:914:68"), live: (170, 235), black: (20, 110));
        // The disclaimer at the bottom of the panel does not change.
        double[] disclaimer = await BrightnessAsync(this["out.mp4"], "crop=340:110:910:600");
        Assert.All(disclaimer, light => Assert.InRange(light, disclaimer[0] - 1, disclaimer[0] + 1));
        Assert.InRange(disclaimer[0], 40, 90);
    }

    [Fact]
    public async Task A_small_picture_of_odd_size_is_enlarged_to_720_rows()
    {
        await FFmpegAsync("-f", "lavfi", "-i", "testsrc2=s=351x349:r=10:d=0.5,format=yuv444p", "-c:v", "ffv1", this["odd.mkv"]);
        Assert.Equal(0, (await Lusedge.RunAsync("replay", this["odd.mkv"], "--overlay", this["out.mp4"])).Code);
        Assert.Equal("1084,720,yuv420p,10/1,5", await FFprobeAsync(this["out.mp4"]));
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_with_force()
    {
        string clip = await ShortClipAsync();
        await File.WriteAllTextAsync(this["out.mp4"], "precious", TestContext.Current.CancellationToken);
        string error = (await Lusedge.RunAsync("replay", clip, "--overlay", this["out.mp4"])).Refusal(64);
        Assert.Contains("--force", error);
        Assert.Equal("precious", await File.ReadAllTextAsync(this["out.mp4"], TestContext.Current.CancellationToken));

        Assert.Equal(0, (await Lusedge.RunAsync("replay", clip, "--overlay", this["out.mp4"], "--force")).Code);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(this["out.mp4"]));
        Assert.EndsWith(",5", await FFprobeAsync(this["out.mp4"]));
    }

    [Theory]
    [InlineData("two clips", 64, "one clip at a time")]
    [InlineData("another ending", 64, "does not end in .mp4")]
    [InlineData("the clip itself", 64, "is the clip itself")]
    [InlineData("left by a killed run", 64, "left by a killed run")]
    [InlineData("a folder", 64, "is a folder")]
    [InlineData("no folder", 69, "can't be written")]
    [InlineData("no permission", 69, "can't be written")]
    public async Task An_overlay_that_cant_be_made_is_refused_before_any_work(string what, int code, string message)
    {
        string clip = await ShortClipAsync();
        if (what == "left by a killed run") File.Move(clip, clip = this[".out.part.mp4"]);
        byte[] before = await File.ReadAllBytesAsync(clip, TestContext.Current.CancellationToken);
        if (what == "a folder") Directory.CreateDirectory(this["out.mp4"]);
        string[] arguments = what switch
        {
            "two clips" => [clip, clip, "--overlay", this["out.mp4"]],
            "another ending" => [clip, "--overlay", this["out.avi"]],
            "the clip itself" => [clip, "--overlay", clip, "--force"],
            "no folder" => [clip, "--overlay", this["none/out.mp4"]],
            // Not even root can write there.
            "no permission" => [clip, "--overlay", "/proc/out.mp4"],
            _ => [clip, "--overlay", this["out.mp4"], "--force"],
        };
        string[] left = Names();

        Assert.Contains(message, (await Lusedge.RunAsync(["replay", .. arguments])).Refusal(code));
        Assert.Equal(left, Names());
        Assert.Equal(before, await File.ReadAllBytesAsync(clip, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_clip_that_cant_be_opened_leaves_no_video_behind()
    {
        Assert.Equal(66, (await Lusedge.RunAsync("replay", "/nonexistent/clip.mp4", "--overlay", this["out.mp4"])).Code);
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData(null, "no ffmpeg command")]
    [InlineData("cat > /dev/null; echo 'Unknown encoder libx264' >&2; exit 1", "Unknown encoder libx264")]
    [InlineData("echo 'No space left on device' >&2; exit 1", "No space left on device")]
    public async Task A_missing_or_failing_encoder_is_reported_and_leaves_no_file(string? script, string message)
    {
        string clip = await ShortClipAsync();
        Directory.CreateDirectory(this["bin"]);
        if (script is not null)
        {
            await File.WriteAllTextAsync(this["bin/ffmpeg"], $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(this["bin/ffmpeg"], (UnixFileMode)0b111_101_101);
        }

        string path = script is null ? this["bin"] : $"{this["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process replay = Lusedge.StartWith([("PATH", path)], "replay", clip, "--overlay", this["out.mp4"]);
        Outcome run = await Lusedge.FinishAsync(replay);

        Assert.Equal(69, run.Code);
        Assert.Contains(message, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain(Names(), name => name.StartsWith("out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TERM", 130)]
    [InlineData("KILL", 137)]
    public async Task An_interrupted_run_leaves_no_video_that_looks_complete(string signal, int code)
    {
        using Process replay = Lusedge.Start("replay", "--json", Phantom(), "--overlay", this["out.mp4"]);
        await replay.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using Process kill = Process.Start("kill", [$"-{signal}", $"{replay.Id}"]);
        Outcome end = await Lusedge.FinishAsync(replay);

        Assert.Equal(code, end.Code);
        Assert.False(File.Exists(this["out.mp4"]));
        if (signal == "TERM") Assert.Empty(Names());
        // Only the owner can read what a killed run leaves, and the next run replaces it.
        Assert.All(Names(), name => Assert.Equal(OwnerOnly, File.GetUnixFileMode(this[name])));
        Assert.Equal(0, (await Lusedge.RunAsync("replay", await ShortClipAsync(), "--overlay", this["out.mp4"])).Code);
        Assert.Equal(["out.mp4", "short.mp4"], Names());
    }

    private static void AssertByState(
        string[] states, double[] figures, (double Low, double High) live, (double Low, double High) black)
    {
        Assert.Equal(states.Length, figures.Length);
        Assert.All(states.Zip(figures), frame =>
        {
            (double low, double high) = frame.First == "live" ? live : black;
            Assert.True(frame.Second >= low && frame.Second <= high, $"{frame.First}: {frame.Second}");
        });
    }

    private static string Phantom()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        return Lusedge.PhantomClip;
    }

    private string[] Names() => [.. _temp.EnumerateFiles().Select(file => file.Name).Order()];

    private async Task<string> ShortClipAsync()
    {
        await FFmpegAsync("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.2", "-c:v", "libx264", this["short.mp4"]);
        return this["short.mp4"];
    }

    private static async Task FFmpegAsync(params string[] arguments) =>
        await OutputAsync("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]);

    private static async Task<string> FFprobeAsync(string video)
    {
        const string Entries = "stream=width,height,pix_fmt,r_frame_rate,nb_read_frames";
        string[] arguments = ["-v", "error", "-count_frames", "-show_entries", Entries, "-of", "csv=p=0", video];
        return (await OutputAsync("ffprobe", arguments)).Trim();
    }

    /// <summary>For each frame, its mean distance from gray.</summary>
    private static Task<double[]> ColourAsync(string video, string crop) => SignalAsync(video, crop, "SATAVG");

    /// <summary>For each frame, its mean luma.</summary>
    private static Task<double[]> BrightnessAsync(string video, string crop) => SignalAsync(video, crop, "YAVG");

    private static async Task<double[]> SignalAsync(string video, string crop, string figure)
    {
        string key = $"lavfi.signalstats.{figure}";
        string filters = $"{crop},signalstats,metadata=print:key={key}:file=-";
        string output = await OutputAsync("ffmpeg", ["-v", "error", "-nostdin", "-i", video, "-vf", filters, "-f", "null", "-"]);
        return
        [
            .. output.Split('\n').Where(line => line.StartsWith(key, StringComparison.Ordinal))
                .Select(line => double.Parse(line.Split('=')[1], CultureInfo.InvariantCulture)),
        ];
    }

    private static async Task<string> OutputAsync(string command, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
