using System.Diagnostics;
using System.Text.Json.Nodes;

namespace LusEdge.EndToEndTests;

/// <summary>
/// A model's life on a box, with the published command: a package of the shipped size, signed by lusedge-train with the test's
/// key, and golden frames whose expected answers come from `replay`.
/// </summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Fact]
    public async Task A_package_is_installed_activated_listed_examined_and_rolled_back()
    {
        string config = await ConfigAsync(), package = await PackageAsync();
        Assert.Contains("is not signed", (await ModelAsync(config, "install", Bare())).Refusal(65));
        Outcome unknown = await ModelAsync(config, "activate", "lus-severity-7");
        Assert.Contains("no model lus-severity-7 is installed", unknown.Refusal(66));
        Assert.Contains("nothing to go back to", (await ModelAsync(config, "rollback")).Refusal(66));

        JsonNode verified = await DoneAsync(config, "verify", package);
        Assert.Equal(At("site.pub"), verified["signed_by"]!.GetValue<string>());
        Assert.True(verified["golden_frames"]!["largest_difference"]!.GetValue<double>() < 1e-4);
        string name = (await DoneAsync(config, "install", package))["model"]!.GetValue<string>();
        Assert.StartsWith("lus-severity-7@1-", name, StringComparison.Ordinal);
        JsonNode before = await DoneAsync(config, "list");
        Assert.Contains("came with the program", before["because"]!.GetValue<string>(), StringComparison.Ordinal);

        Assert.Equal(name, (await DoneAsync(config, "activate", "lus-severity-7@1"))["model"]!.GetValue<string>());
        JsonNode list = await DoneAsync(config, "list");
        Assert.Equal((name, name), (list["active"]!.GetValue<string>(), list["serves"]!.GetValue<string>()));
        Assert.Equal((At("site.pub"), null), (list["models"]![0]!["signed_by"]!.GetValue<string>(), list["models"]![0]!["flaw"]));
        string told = await ExaminedAsync(config);
        Assert.Contains($"is as {At("site.pub")} signed it", told, StringComparison.Ordinal);
        Assert.Contains("golden frames have the expected grade", told, StringComparison.Ordinal);

        await DoneAsync(config, "rollback");
        Assert.Null((await DoneAsync(config, "list"))["active"]);
    }

    [Fact]
    public async Task Kill_9_at_any_moment_of_an_install_leaves_nothing_half_installed()
    {
        const int Kills = 6;
        string config = await ConfigAsync(), package = await PackageAsync(), archive = At("package.tar.gz");
        CancellationToken stop = TestContext.Current.CancellationToken;
        using (Process tar = Process.Start("tar", ["-C", _temp.FullName, "-czf", archive, Path.GetFileName(package)]))
        {
            await tar.WaitForExitAsync(stop);
        }

        // Measures how long an installation takes, in another store.
        long began = Stopwatch.GetTimestamp();
        string other = At("other.json"), text = await File.ReadAllTextAsync(config, stop);
        await File.WriteAllTextAsync(other, text.Replace("/store", "/other-store", StringComparison.Ordinal), stop);
        string name = (await DoneAsync(other, "install", package))["model"]!.GetValue<string>();
        TimeSpan whole = Stopwatch.GetElapsedTime(began);
        var chance = new Random(7);
        int half = 0;
        for (int i = 0; i < Kills; i++)
        {
            using Process install = Lusedge.Start("model", "install", i % 2 == 0 ? package : archive, "--config", config);
            await Task.Delay(whole * (0.3 + (0.7 * (i + chance.NextDouble()) / Kills)), stop);
            install.Kill();
            await Lusedge.FinishAsync(install);
            half += Directory.Exists(At("store")) && Directory.EnumerateDirectories(At("store"), ".staging-*").Any() ? 1 : 0;

            JsonNode list = await DoneAsync(config, "list");
            Assert.Null(list["active"]);
            if (list["models"]!.AsArray() is not [{ } installed]) continue;
            Assert.Equal((name, null), (installed["name"]!.GetValue<string>(), installed["flaw"]));
            Directory.Delete(At($"store/{name}"), recursive: true);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"an installation takes {whole.TotalSeconds:0.0} s; {half} of {Kills} kills hit it while it was writing");
        Assert.Equal(name, (await DoneAsync(config, "install", package))["model"]!.GetValue<string>());
        Assert.Empty(Directory.EnumerateDirectories(At("store"), ".staging-*"));
        Assert.Null((await DoneAsync(config, "list"))["models"]![0]!["flaw"]);
    }

    private string At(string name) => Path.Combine(_temp.FullName, name);

    private static Task<Outcome> ModelAsync(string config, string command, params string[] arguments) =>
        Lusedge.RunAsync(["model", command, .. arguments, "--config", config]);

    private static async Task<JsonNode> DoneAsync(string config, string command, params string[] arguments)
    {
        Outcome outcome = await ModelAsync(config, command, [.. arguments, "--json"]);
        Assert.True(outcome.Code == 0, $"{command}: {outcome.Code}: {outcome.Error}");
        return JsonNode.Parse(outcome.Output)!;
    }

    private static async Task<string> ExaminedAsync(string config)
    {
        Outcome outcome = await Lusedge.RunAsync("doctor", "--config", config, "--json");
        JsonArray checks = JsonNode.Parse(outcome.Output)!["checks"]!.AsArray();
        return checks.Single(check => check!["check"]!.GetValue<string>() == "model")!["finding"]!.GetValue<string>();
    }

    private async Task<string> ConfigAsync()
    {
        await TrainAsync("keygen", "--out", At("site.key"));
        await File.WriteAllTextAsync(At("lusedge.json"), $$"""
            {
              "Device": { "Id": "test" },
              "Capture": { "Source": "{{Lusedge.PhantomClip}}" },
              "Infer": { "Store": "{{_temp.FullName}}/store", "TrustedKeys": ["{{At("site.pub")}}"], "Provider": "cpu" },
              "Mqtt": { "EventsDatabase": "{{_temp.FullName}}/events.db" }
            }
            """, TestContext.Current.CancellationToken);
        return At("lusedge.json");
    }

    /// <summary>The shipped model without its signature, list of files and golden frames.</summary>
    private string Bare()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        string shipped = Path.Combine(Lusedge.Models, "lus-severity-7");
        string bare = _temp.CreateSubdirectory($"bare-{Guid.NewGuid():N}").FullName;
        foreach (string file in (string[])["model.onnx", "README.md"])
            File.Copy(Path.Combine(shipped, file), Path.Combine(bare, file));
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(shipped, "manifest.json")))!.AsObject();
        manifest.Remove("files");
        manifest["version"] = 1;
        File.WriteAllText(Path.Combine(bare, "manifest.json"), manifest.ToJsonString());
        return bare;
    }

    private async Task<string> PackageAsync()
    {
        string package = Bare(), golden = Directory.CreateDirectory(Path.Combine(package, "golden")).FullName;
        await RunAsync(
            "ffmpeg",
            "-nostdin", "-v", "error", "-i", Lusedge.PhantomClip,
            "-vf", "select=not(mod(n\\,200)),format=gray", "-fps_mode", "passthrough", Path.Combine(golden, "%02d.pgm"));
        string[] pictures = [.. Directory.EnumerateFiles(golden).Order(StringComparer.Ordinal)];
        Outcome graded = await Lusedge.RunAsync(["replay", .. pictures, "--model", package, "--json", "--best-guess"]);
        Assert.True(graded.Code == 0, graded.Error);
        string[] lines = graded.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonNode[] frames = [.. lines.Select(line => JsonNode.Parse(line)!).Where(node => node["clip"] is null)];
        Assert.Equal(pictures.Length, frames.Length);
        CancellationToken stop = TestContext.Current.CancellationToken;
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(package, "manifest.json"), stop))!;
        await File.WriteAllTextAsync(
            Path.Combine(golden, "expected.json"),
            new JsonObject
            {
                ["model_sha256"] = manifest["sha256"]!.DeepClone(),
                ["tolerance"] = 0.01,
                ["frames"] = new JsonArray([.. frames.Select(frame => new JsonObject
                {
                    ["file"] = Path.GetFileName(frame["file"]!.GetValue<string>()),
                    ["probabilities"] = frame["p"]!.DeepClone(),
                    ["grade"] = frame["grade"]!.DeepClone(),
                })]),
            }.ToJsonString(),
            stop);
        await TrainAsync("sign", package, "--key", At("site.key"));
        return package;
    }

    private static Task TrainAsync(params string[] arguments)
    {
        string train = Path.Combine(Lusedge.Root, "artifacts/bin/LusEdge.Training/release/lusedge-train.dll");
        Assert.SkipUnless(File.Exists(train), "lusedge-train is not built: run tests/run.sh");
        return RunAsync("dotnet", [train, .. arguments]);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Outcome outcome = await Lusedge.FinishAsync(process);
            Assert.True(outcome.Code == 0, $"{program} {string.Join(' ', arguments)}: {outcome.Error}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed: run tests/run.sh");
        }
    }
}
