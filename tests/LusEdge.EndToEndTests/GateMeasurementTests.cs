using System.Diagnostics;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

/// <summary>
/// How well each shipped model knows when not to answer: the share of pictures without lung ultrasound that it still grades, and
/// the share of the pictures it was made for that it keeps. A model without a gate is skipped. Only for tests/run.sh --all.
/// </summary>
public sealed class GateMeasurementTests : IDisposable
{
    private const int Rate = 25;
    private const int Seconds = 3;

    /// <summary>The largest share of frames that are graded but must not be.</summary>
    private const double MostFalseAnswers = 0.02;

    /// <summary>The smallest share of lung ultrasound frames that must not be withheld.</summary>
    private const double LeastKept = 0.9;

    /// <summary>Photographs from Debian's packages python3-sklearn-lib and python-matplotlib-data.</summary>
    private static readonly string[] Photographs =
    [
        "/usr/lib/python3/dist-packages/sklearn/datasets/images/flower.jpg",
        "/usr/lib/python3/dist-packages/sklearn/datasets/images/china.jpg",
        "/usr/share/matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    ];

    public static readonly TheoryData<string> ShippedModels =
    [
        .. Directory.GetDirectories(Path.Combine(Lusedge.Root, "models"))
            .Where(model => File.Exists(Path.Combine(model, "model.onnx"))).Select(model => Path.GetFileName(model)!).Order(),
    ];

    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(ShippedModels))]
    public async Task Other_pictures_get_no_grade_and_ultrasound_keeps_its_grade(string model)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes minutes: tests/run.sh --all");
        string[] known = await KnownClipsAsync(model);
        var rates = new List<(string Kind, double Share)>();
        foreach ((string kind, string clip) in await OthersAsync())
            rates.Add((kind, Share(await StatesAsync(model, clip), state => state == "live")));

        string[] states = await StatesAsync(model, known);
        double kept = Share(states, state => state is not ("ood" or "frozen"));
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        foreach ((string kind, double share) in rates) output.WriteLine($"{model}: {kind}: {share:P1} of the frames graded");
        output.WriteLine($"{model}: {kept:P1} of {states.Length} frames of {known.Length} clips kept");
        Assert.All(rates, rate => Assert.True(
            rate.Share <= MostFalseAnswers, $"{rate.Kind}: {rate.Share:P1} of the frames were graded"));
        Assert.True(kept >= LeastKept, $"only {kept:P1} of the frames were kept");
    }

    [Theory]
    [MemberData(nameof(ShippedModels))]
    public async Task A_frozen_scanner_is_detected_within_the_models_time_and_a_second(string model)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes minutes: tests/run.sh --all");
        foreach (string clip in (await KnownClipsAsync(model))[..1])
        {
            string still = Path.Combine(_temp.FullName, "still.png");
            await FFmpegAsync("-ss", "1", "-i", clip, "-frames:v", "1", "-update", "1", still);
            // As from a capture card: noisy and compressed.
            string frozen = await MakeAsync(
                "frozen",
                ["-loop", "1", "-framerate", $"{Rate}", "-i", still],
                "scale=trunc(iw/2)*2:trunc(ih/2)*2,noise=alls=3:allf=t");
            string[] states = await StatesAsync(model, frozen);
            Assert.SkipUnless(states.Contains("frozen"), $"{model} has no thresholds for a frozen picture");
            // A model's frozen_after must not exceed a second here.
            Assert.All(states[(2 * Rate)..], state => Assert.Equal("frozen", state));
        }
    }

    private static double Share(string[] states, Predicate<string> which) =>
        (double)states.Count(state => which(state)) / states.Length;

    /// <summary>Every frame's state.</summary>
    private static async Task<string[]> StatesAsync(string model, params string[] clips)
    {
        Outcome run = await Lusedge.RunAsync(["replay", "--json", "--model", Path.Combine(Lusedge.Models, model), .. clips]);
        return [.. Frames(run).Select(frame => frame.GetProperty("state").GetString()!)];
    }

    private static JsonElement[] Frames(Outcome run)
    {
        Assert.True(run.Code == 0, run.Error);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("frame", out _))];
    }

    private static Task FFmpegAsync(params string[] arguments) => Task.Run(() =>
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    });

    /// <summary>
    /// What the model was made for: the phantom for a demonstration model, otherwise every tenth of the patients' clips. Skips a
    /// model without a gate.
    /// </summary>
    private static async Task<string[]> KnownClipsAsync(string model)
    {
        const string TestCard = "lavfi:testsrc2=s=64x48:r=25:d=0.2";
        Outcome run = await Lusedge.RunAsync("replay", "--json", "--model", Path.Combine(Lusedge.Models, model), TestCard);
        Assert.SkipUnless(
            Frames(run).Any(frame => frame.GetProperty("quality").ValueKind == JsonValueKind.Number),
            $"{model} has no gate: it does not measure quality");
        if (run.Output.Contains("\"demonstration_only\":true", StringComparison.Ordinal)) return [Lusedge.PhantomClip];
        return [.. Lusedge.RealClips().Where((_, i) => i % 10 == 0)];
    }

    private async Task<IReadOnlyList<(string Kind, string Clip)>> OthersAsync()
    {
        var others = new List<(string, string)>();
        foreach ((string kind, string filter) in ((string, string)[])
        [
            ("black", "color=black"), ("gray", "color=gray"), ("colour bars", "smptebars"), ("test card", "testsrc2"),
            ("fractal", "mandelbrot"), ("noise", "color=gray,noise=alls=100:allf=t+u"), ("cells", "life=ratio=0.3:mold=10"),
        ])
        {
            others.Add((kind, await MakeAsync(kind, ["-f", "lavfi", "-i", filter], "scale=640:480")));
        }

        // A terminal is the closest thing to a scanner's menu here: text, boxes and lines on a dark background.
        string terminal = Path.Combine(Lusedge.Root, "docs/images/demo.png");
        others.Add(("menu", await MakeAsync("menu", ["-loop", "1", "-framerate", $"{Rate}", "-i", terminal], "scale=640:480")));
        foreach (string photograph in Photographs.Where(File.Exists))
        {
            // The crop pans, because a still picture would soon be frozen.
            string clip = await MakeAsync(
                Path.GetFileNameWithoutExtension(photograph),
                ["-loop", "1", "-framerate", $"{Rate}", "-i", photograph],
                "scale=720:540,crop=640:480:n:n/2");
            others.Add(($"photograph {Path.GetFileName(photograph)}", clip));
        }

        return others;
    }

    private async Task<string> MakeAsync(string name, string[] input, string filter)
    {
        string clip = Path.Combine(_temp.FullName, $"{name.Replace(' ', '-')}.mp4");
        string[] encoder = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"];
        await FFmpegAsync([.. input, "-vf", filter, "-t", $"{Seconds}", "-r", $"{Rate}", .. encoder, clip]);
        return clip;
    }
}
