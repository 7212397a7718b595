using System.Diagnostics;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

public sealed class ReplayTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task Json_has_one_object_per_frame_in_decode_order_then_one_for_the_file()
    {
        Outcome run = await Lusedge.RunAsync("replay", "--json", Lusedge.PhantomClip);
        JsonElement[] lines = Lines(run);
        JsonElement walk = Walk();

        Assert.Equal(0, run.Code);
        JsonElement[] frames = lines[..^1];
        Assert.Equal(walk.GetProperty("frames").GetInt32(), frames.Length);
        foreach ((int i, JsonElement frame) in frames.Index())
        {
            IEnumerable<string> fields = frame.EnumerateObject().Select(f => f.Name);
            Assert.Equal(["file", "frame", "pts", "state", "severity", "grade", "p", "quality"], fields);
            Assert.Equal(Lusedge.PhantomClip, frame.GetProperty("file").GetString());
            Assert.Equal(i, frame.GetProperty("frame").GetInt32());
            Assert.Equal(i / 25.0, frame.GetProperty("pts").GetDouble(), 3);
            Assert.InRange(frame.GetProperty("quality").GetDouble(), 0, 1);
            bool live = frame.GetProperty("state").GetString() == "live";
            foreach (string field in (string[])["severity", "grade", "p"])
                Assert.Equal(live, frame.GetProperty(field).ValueKind != JsonValueKind.Null);
            if (live) Assert.Equal(1, frame.GetProperty("p").EnumerateArray().Sum(p => p.GetDouble()), 3);
        }

        JsonElement clip = lines[^1];
        Assert.True(clip.GetProperty("clip").GetBoolean());
        Assert.Equal(frames.Length, clip.GetProperty("frames").GetInt32());
        Assert.Equal(frames.Count(f => f.GetProperty("state").GetString() == "live"), clip.GetProperty("usable").GetInt32());
        Assert.Matches("^lus-severity-7@[0-9]+:[0-9a-f]{8}$", clip.GetProperty("model").GetString());
        Assert.Equal("held-12f-25pct-min25", clip.GetProperty("rule").GetString());
        Assert.Equal("3", clip.GetProperty("grade").GetString());
        Assert.False(clip.TryGetProperty("reason", out _));
    }

    [Fact]
    public async Task The_demonstration_model_tells_the_phantoms_grades_apart()
    {
        JsonElement[] frames = Lines(await Lusedge.RunAsync("replay", "--json", Lusedge.PhantomClip))[..^1];
        JsonElement[] steps = [.. Walk().GetProperty("steps").EnumerateArray()];
        int right = 0;
        foreach (JsonElement step in steps)
        {
            int from = step.GetProperty("from").GetInt32();
            int to = step.GetProperty("to").GetInt32();
            string grade = step.GetProperty("grade").GetString()!;
            int inStep = frames[from..(to + 1)].Count(f => f.GetProperty("grade").GetString() == grade);
            Assert.True(inStep > (to - from + 1) * 0.8, $"grade {grade}: {inStep} of {to - from + 1} frames");
            right += inStep;
        }

        Assert.True(right > frames.Length * 0.9, $"{right} of {frames.Length} frames");
    }

    [Fact]
    public async Task Two_runs_give_the_same_bytes() =>
        Assert.Equal(
            (await Lusedge.RunAsync("replay", "--json", Lusedge.PhantomClip)).Output,
            (await Lusedge.RunAsync("replay", "--json", Lusedge.PhantomClip)).Output);

    [Fact]
    public async Task The_table_has_one_line_per_clip_and_the_disclaimer_is_printed()
    {
        Outcome run = await Lusedge.RunAsync("replay", Lusedge.PhantomClip);

        Assert.Equal(0, run.Code);
        Assert.Equal(3, run.Output.TrimEnd().Split('\n').Length);
        Assert.Contains("phantom-walk.mp4", run.Output);
        Assert.Contains("Not a medical device", run.Error);
        Assert.Contains("for demonstration only", run.Error);
    }

    [Fact]
    public async Task A_bad_file_does_not_keep_the_next_from_being_graded()
    {
        Outcome run = await Lusedge.RunAsync("replay", "--json", "/nonexistent/clip.mp4", Lusedge.PhantomClip);

        Assert.Equal(66, run.Code);
        Assert.Contains("/nonexistent/clip.mp4", run.Error);
        Assert.True(Lines(run)[^1].GetProperty("clip").GetBoolean());
    }

    [Fact]
    public async Task A_truncated_video_is_graded_as_far_as_it_goes_and_says_so()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        string cut = Path.Combine(_temp.FullName, "cut.mp4");
        File.WriteAllBytes(cut, File.ReadAllBytes(Lusedge.PhantomClip)[..400_000]);
        Outcome run = await Lusedge.RunAsync("replay", "--json", cut);
        JsonElement clip = Lines(run)[^1];

        Assert.Equal(65, run.Code);
        Assert.Contains($"{cut}: ", run.Error);
        Assert.InRange(clip.GetProperty("frames").GetInt32(), 100, 874);
        Assert.Contains("cut short", clip.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Every_real_clip_gives_as_many_frames_as_ffprobe_counts()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LUSEDGE_TESTS_ALL") == "yes", "takes minutes: tests/run.sh --all");
        string[] clips = Lusedge.RealClips();
        Outcome run = await Lusedge.RunAsync(["replay", "--json", .. clips]);
        ILookup<string, JsonElement> lines = Lines(run).ToLookup(line => line.GetProperty("file").GetString()!);

        Assert.Equal(0, run.Code);
        foreach (string clip in clips)
        {
            int frames = lines[clip].Count() - 1;
            Assert.True(frames == await FramesByFFprobeAsync(clip), $"{clip}: {frames} frames");
            Assert.Equal(frames, lines[clip].Last().GetProperty("frames").GetInt32());
        }
    }

    [Fact]
    public async Task An_interrupted_replay_ends_with_a_complete_line_and_no_clip()
    {
        using Process replay = Lusedge.Start(["replay", "--json", .. Enumerable.Repeat(Lusedge.PhantomClip, 20)]);
        // Its output is a pipe that blocks until it is read: once the first line is here, it is in the middle of its work.
        string first = await replay.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        Lusedge.Terminate(replay);
        Outcome end = await Lusedge.FinishAsync(replay);

        Assert.Equal(130, end.Code);
        Assert.EndsWith("\n", end.Output);
        JsonElement[] lines = [JsonDocument.Parse(first).RootElement, .. Lines(end)];
        Assert.False(lines[^1].TryGetProperty("clip", out _));
        Assert.True(lines.Count(line => line.TryGetProperty("clip", out _)) < 20);
    }

    [Theory]
    [InlineData("missing", 66)]
    [InlineData("directory", 66)]
    [InlineData("empty", 65)]
    [InlineData("text", 65)]
    [InlineData("unreachable", 66)]
    [InlineData("no-such-protocol", 66)]
    public async Task A_source_that_is_not_video_is_named_in_one_sentence_with_an_exit_code(string what, int code)
    {
        string source = Path.Combine(_temp.FullName, what + ".mp4");
        switch (what)
        {
            case "directory": Directory.CreateDirectory(source); break;
            case "empty": File.WriteAllText(source, ""); break;
            case "text": File.WriteAllText(source, string.Join('\n', Enumerable.Repeat("This is a text.", 1000))); break;
            case "unreachable": source = "tcp://127.0.0.1:9"; break;
            case "no-such-protocol": source = "gopherx://127.0.0.1"; break;
        }

        Outcome run = await Lusedge.RunAsync("replay", "--json", source);
        run.Refusal(code);
        Assert.Contains(source, run.Sentence);
    }

    [Theory]
    [InlineData("missing", "model directory|can't be read")]
    [InlineData("empty", "empty")]
    [InlineData("damaged", "SHA-256")]
    [InlineData("garbage", "ONNX Runtime can't load it")]
    public async Task An_unusable_model_gives_one_sentence_and_exits_with_65(string what, string expected)
    {
        string model = Path.Combine(_temp.FullName, what);
        if (what != "missing")
        {
            Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
            Directory.CreateDirectory(model);
            string shipped = Path.Combine(Lusedge.Models, "lus-severity-7");
            byte[] content = what switch
            {
                "empty" => [],
                "garbage" => [1, 2, 3, 4],
                _ => File.ReadAllBytes(Path.Combine(shipped, "model.onnx"))[..^1],
            };
            File.WriteAllBytes(Path.Combine(model, "model.onnx"), content);
            string manifest = File.ReadAllText(Path.Combine(shipped, "manifest.json"));
            if (what == "garbage")
            {
                string old = JsonDocument.Parse(manifest).RootElement.GetProperty("sha256").GetString()!;
                string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
                manifest = manifest.Replace(old, hash, StringComparison.Ordinal);
            }

            File.WriteAllText(Path.Combine(model, "manifest.json"), manifest);
        }

        Outcome run = await Lusedge.RunAsync("replay", "--model", model, Lusedge.PhantomClip);
        run.Refusal(65);
        Assert.Matches(expected, run.Sentence);
        Assert.Contains(model, run.Error);
    }

    private static async Task<int> FramesByFFprobeAsync(string clip)
    {
        string[] query = ["-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"];
        using Process ffprobe = Process.Start(new ProcessStartInfo("ffprobe", ["-v", "error", .. query, clip])
        {
            RedirectStandardOutput = true,
        })!;
        string count = await ffprobe.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return int.Parse(count.Split('\n')[0].Trim(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static JsonElement[] Lines(Outcome run) =>
        [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static JsonElement Walk() =>
        JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Lusedge.PhantomClip, ".json"))).RootElement;
}
