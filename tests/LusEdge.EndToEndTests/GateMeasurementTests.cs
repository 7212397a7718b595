using System.Diagnostics;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

/// <summary>
/// How well each shipped model knows when not to answer: of pictures that are no lung ultrasound the share that is graded all the same, and
/// of those it was made for the share that is not withheld. A model without a gate has nothing to measure. Only for tests/run.sh --all.
/// </summary>
public sealed class GateMeasurementTests : IDisposable
{
    private const int Rate = 25;
    private const int Seconds = 3;

    /// <summary>Graded frames among those that must not be.</summary>
    private const double MostFalseAnswers = 0.02;

    /// <summary>Frames of the right kind that are not withheld.</summary>
    private const double LeastKept = 0.9;

    /// <summary>Photographs that come with Debian's packages python3-sklearn-lib and python-matplotlib-data.</summary>
    private static readonly string[] Photographs =
    [
        "/usr/lib/python3/dist-packages/sklearn/datasets/images/flower.jpg",
        "/usr/lib/python3/dist-packages/sklearn/datasets/images/china.jpg",
        "/usr/share/matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    ];

    public static readonly TheoryData<string> ModelsThatShip =
        [.. Directory.GetDirectories(Path.Combine(Lusedge.Root, "models")).Where(model => File.Exists(Path.Combine(model, "model.onnx"))).Select(model => Path.GetFileName(model)!).Order()];

    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(ModelsThatShip))]
    public async Task What_is_no_ultrasound_gets_no_answer_and_what_is_keeps_its(string model)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes minutes: tests/run.sh --all");
        string[] known = await KnownClipsAsync(model);
        var rates = new List<(string Kind, double Share)>();
        foreach ((string kind, string clip) in await OthersAsync()) rates.Add((kind, Share(await StatesAsync(model, clip), state => state == "live")));

        string[] states = await StatesAsync(model, known);
        double kept = Share(states, state => state is not ("ood" or "frozen"));
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        foreach ((string kind, double share) in rates) output.WriteLine($"{model}: {kind}: {share:P1} of the frames graded");
        output.WriteLine($"{model}: {kept:P1} of {states.Length} frames of {known.Length} clips kept");
        Assert.All(rates, rate => Assert.True(rate.Share <= MostFalseAnswers, $"{rate.Kind}: {rate.Share:P1} of the frames were graded"));
        Assert.True(kept >= LeastKept, $"only {kept:P1} of the frames were kept");
    }

    [Theory]
    [MemberData(nameof(ModelsThatShip))]
    public async Task A_scanner_that_was_frozen_is_frozen_within_its_time_and_a_second(string model)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes minutes: tests/run.sh --all");
        foreach (string clip in (await KnownClipsAsync(model))[..1])
        {
            string still = Path.Combine(_temp.FullName, "still.png");
            await FFmpegAsync("-ss", "1", "-i", clip, "-frames:v", "1", "-update", "1", still);
            // As a capture card gives it: noise, and compressed.
            string frozen = await MakeAsync("frozen", ["-loop", "1", "-framerate", $"{Rate}", "-i", still], "scale=trunc(iw/2)*2:trunc(ih/2)*2,noise=alls=3:allf=t");
            string[] states = await StatesAsync(model, frozen);
            Assert.SkipUnless(states.Contains("frozen"), $"{model} has no thresholds for a frozen picture");
            // The longest time that a model may ask for here is a second.
            Assert.All(states[(2 * Rate)..], state => Assert.Equal("frozen", state));
        }
    }

    private static double Share(string[] states, Predicate<string> which) => (double)states.Count(state => which(state)) / states.Length;

    /// <summary>Every frame's state.</summary>
    private static async Task<string[]> StatesAsync(string model, params string[] clips) =>
        [.. Frames(await Lusedge.RunAsync(["replay", "--json", "--model", Path.Combine(Lusedge.Models, model), .. clips])).Select(frame => frame.GetProperty("state").GetString()!)];

    private static JsonElement[] Frames(Outcome run)
    {
        Assert.True(run.Code == 0, run.Error);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("frame", out _))];
    }

    private static Task FFmpegAsync(params string[] arguments) => Task.Run(() =>
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    });

    /// <summary>What the model was made for: the phantom for a demonstration model, else every tenth of the patients' clips. Skips a model without a gate.</summary>
    private static async Task<string[]> KnownClipsAsync(string model)
    {
        Outcome look = await Lusedge.RunAsync("replay", "--json", "--model", Path.Combine(Lusedge.Models, model), "lavfi:testsrc2=s=64x48:r=25:d=0.2");
        Assert.SkipUnless(Frames(look).Any(frame => frame.GetProperty("quality").ValueKind == JsonValueKind.Number), $"{model} has no gate: it measures no quality");
        if (look.Output.Contains("\"demonstration_only\":true", StringComparison.Ordinal)) return [Lusedge.PhantomClip];
        string folder = Environment.GetEnvironmentVariable("LUSEDGE_CLIPS") ?? Path.Combine(Lusedge.Root, "../shared/data/lus");
        Assert.SkipUnless(Directory.Exists(folder), "the clips are not here: set LUSEDGE_CLIPS to their folder, or put it at ../shared/data/lus");
        string[] clips = [.. ((string[])["covid-blues", "pocus"]).SelectMany(set => Directory.GetFiles(Path.Combine(folder, set))).Where(file => Path.HasExtension(file)).Order()];
        return [.. clips.Where((_, i) => i % 10 == 0)];
    }

    private async Task<IReadOnlyList<(string Kind, string Clip)>> OthersAsync()
    {
        var others = new List<(string, string)>();
        foreach ((string kind, string filter) in ((string, string)[])
        [
            ("black", "color=black"), ("gray", "color=gray"), ("colour bars", "smptebars"), ("test card", "testsrc2"), ("fractal", "mandelbrot"),
            ("noise", "color=gray,noise=alls=100:allf=t+u"), ("cells", "life=ratio=0.3:mold=10"),
        ])
        {
            others.Add((kind, await MakeAsync(kind, ["-f", "lavfi", "-i", filter], "scale=640:480")));
        }

        // A terminal is as near to a scanner's menu as this repository has: text, boxes and lines on a dark ground.
        others.Add(("menu", await MakeAsync("menu", ["-loop", "1", "-framerate", $"{Rate}", "-i", Path.Combine(Lusedge.Root, "docs/images/demo.png")], "scale=640:480")));
        foreach (string photograph in Photographs.Where(File.Exists))
        {
            // Panned over, or it would be frozen soon.
            others.Add((
                $"photograph {Path.GetFileName(photograph)}",
                await MakeAsync(Path.GetFileNameWithoutExtension(photograph), ["-loop", "1", "-framerate", $"{Rate}", "-i", photograph], "scale=720:540,crop=640:480:n:n/2")));
        }

        return others;
    }

    private async Task<string> MakeAsync(string name, string[] input, string filter)
    {
        string clip = Path.Combine(_temp.FullName, $"{name.Replace(' ', '-')}.mp4");
        await FFmpegAsync([.. input, "-vf", filter, "-t", $"{Seconds}", "-r", $"{Rate}", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", clip]);
        return clip;
    }
}
