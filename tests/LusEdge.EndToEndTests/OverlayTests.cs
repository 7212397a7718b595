using System.Diagnostics;
using System.Globalization;

namespace LusEdge.EndToEndTests;

/// <summary><c>replay --overlay</c>: what a person gets to see, and what is never left behind.</summary>
public sealed class OverlayTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    private string this[string name] => Path.Combine(_temp.FullName, name);

    [Fact]
    public async Task A_clip_becomes_a_video_with_heat_where_there_is_a_grade_and_its_results_are_the_same()
    {
        // 25 frames of the phantom and 15 black ones: the first have grades.
        string clip = this["clip.mp4"];
        await FFmpegAsync("-i", Phantom(), "-vf", "trim=end_frame=40,geq=lum='if(lt(N,25),lum(X,Y),16)':cb=128:cr=128", "-c:v", "libx264", "-pix_fmt", "yuv420p", clip);
        Outcome plain = await Lusedge.RunAsync("replay", "--json", clip);
        Outcome run = await Lusedge.RunAsync("replay", "--json", clip, "--overlay", this["out.mp4"]);

        Assert.Equal((0, plain.Output), (run.Code, run.Output));
        Assert.Contains("holds the patient's pictures", run.Error);
        Assert.Equal("1260,720,yuv420p,25/1,40", await FFprobeAsync(this["out.mp4"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(this["out.mp4"]));
        Assert.Equal(["clip.mp4", "out.mp4"], Names());

        // The phantom fills the left 900 of 1260; its clip is gray, so that all colour in there is heat.
        string[] states = [.. plain.Output.Split('\n').Where(line => line.Contains("\"state\"", StringComparison.Ordinal)).Select(line => line.Split("\"state\":\"")[1].Split('"')[0])];
        double[] colour = await ColourAsync(this["out.mp4"], "crop=900:720:0:0");
        Assert.Contains("live", states);
        Assert.Contains("black", states);
        Assert.All(states.Zip(colour), frame => Assert.True(frame.First == "live" ? frame.Second > 4 : frame.Second < 0.5, $"{frame.First}: {frame.Second}"));
        // What is said beside it differs, and the disclaimer below it does not: it is white on nearly black in every frame.
        Assert.All(await BrightnessAsync(this["out.mp4"], "crop=340:150:910:550"), light => Assert.InRange(light, 30, 90));
    }

    [Fact]
    public async Task A_small_or_odd_picture_is_shown_large_enough_to_read()
    {
        await FFmpegAsync("-f", "lavfi", "-i", "testsrc2=s=351x349:r=10:d=0.5,format=yuv444p", "-c:v", "ffv1", this["odd.mkv"]);
        Assert.Equal(0, (await Lusedge.RunAsync("replay", this["odd.mkv"], "--overlay", this["out.mp4"])).Code);
        Assert.Equal("1084,720,yuv420p,10/1,5", await FFprobeAsync(this["out.mp4"]));
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_unless_it_is_to_be_replaced()
    {
        string clip = await ShortClipAsync();
        await File.WriteAllTextAsync(this["out.mp4"], "precious", TestContext.Current.CancellationToken);
        string error = (await Lusedge.RunAsync("replay", clip, "--overlay", this["out.mp4"])).Refusal(64);
        Assert.Contains("--force", error);
        Assert.Equal("precious", await File.ReadAllTextAsync(this["out.mp4"], TestContext.Current.CancellationToken));

        Assert.Equal(0, (await Lusedge.RunAsync("replay", clip, "--overlay", this["out.mp4"], "--force")).Code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(this["out.mp4"]));
        Assert.EndsWith(",5", await FFprobeAsync(this["out.mp4"]));
    }

    [Theory]
    [InlineData("two clips", 64, "one clip at a time")]
    [InlineData("another ending", 64, "does not end in .mp4")]
    [InlineData("the clip itself", 64, "is the clip itself")]
    [InlineData("what a killed run left", 64, "what a killed run left")]
    [InlineData("a folder", 64, "is a folder")]
    [InlineData("no folder", 69, "can't be written")]
    [InlineData("no right", 69, "can't be written")]
    public async Task What_cant_be_made_is_refused_before_any_work(string what, int code, string told)
    {
        string clip = await ShortClipAsync();
        if (what == "what a killed run left") File.Move(clip, clip = this[".out.part.mp4"]);
        byte[] before = await File.ReadAllBytesAsync(clip, TestContext.Current.CancellationToken);
        if (what == "a folder") Directory.CreateDirectory(this["out.mp4"]);
        string[] arguments = what switch
        {
            "two clips" => [clip, clip, "--overlay", this["out.mp4"]],
            "another ending" => [clip, "--overlay", this["out.avi"]],
            "the clip itself" => [clip, "--overlay", clip, "--force"],
            "no folder" => [clip, "--overlay", this["none/out.mp4"]],
            // Not even root may.
            "no right" => [clip, "--overlay", "/proc/out.mp4"],
            _ => [clip, "--overlay", this["out.mp4"], "--force"],
        };
        string[] left = Names();

        Assert.Contains(told, (await Lusedge.RunAsync(["replay", .. arguments])).Refusal(code));
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
    public async Task An_encoder_that_is_missing_or_fails_is_told_and_nothing_is_left(string? script, string told)
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
        Assert.Contains(told, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain(Names(), name => name.StartsWith("out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TERM", 130)]
    [InlineData("KILL", 137)]
    public async Task A_run_that_is_ended_leaves_no_video_that_looks_complete(string signal, int code)
    {
        using Process replay = Lusedge.Start("replay", "--json", Phantom(), "--overlay", this["out.mp4"]);
        await replay.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using Process kill = Process.Start("kill", [$"-{signal}", $"{replay.Id}"]);
        Outcome end = await Lusedge.FinishAsync(replay);

        Assert.Equal(code, end.Code);
        Assert.False(File.Exists(this["out.mp4"]));
        if (signal == "TERM") Assert.Empty(Names());
        // What is left of a killed run is readable by its owner alone, and no obstacle to the next.
        Assert.All(Names(), name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(this[name])));
        Assert.Equal(0, (await Lusedge.RunAsync("replay", await ShortClipAsync(), "--overlay", this["out.mp4"])).Code);
        Assert.Equal(["out.mp4", "short.mp4"], Names());
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

    private static async Task FFmpegAsync(params string[] arguments) => await OutputAsync("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]);

    private static async Task<string> FFprobeAsync(string video) => (await OutputAsync(
        "ffprobe",
        ["-v", "error", "-count_frames", "-show_entries", "stream=width,height,pix_fmt,r_frame_rate,nb_read_frames", "-of", "csv=p=0", video])).Trim();

    /// <summary>For each frame, how far the colours are from gray on the mean.</summary>
    private static Task<double[]> ColourAsync(string video, string crop) => SignalAsync(video, crop, "SATAVG");

    /// <summary>For each frame, its mean luma.</summary>
    private static Task<double[]> BrightnessAsync(string video, string crop) => SignalAsync(video, crop, "YAVG");

    private static async Task<double[]> SignalAsync(string video, string crop, string figure)
    {
        string key = $"lavfi.signalstats.{figure}";
        string output = await OutputAsync("ffmpeg", ["-v", "error", "-nostdin", "-i", video, "-vf", $"{crop},signalstats,metadata=print:key={key}:file=-", "-f", "null", "-"]);
        return [.. output.Split('\n').Where(line => line.StartsWith(key, StringComparison.Ordinal)).Select(line => double.Parse(line.Split('=')[1], CultureInfo.InvariantCulture))];
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
