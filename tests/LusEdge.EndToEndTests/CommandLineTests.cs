using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Theory]
    [InlineData("", "run", "demo", "replay", "probe", "doctor", "config")]
    [InlineData("run", "--config")]
    [InlineData("demo", "--seconds")]
    [InlineData("replay", "--model", "--json", "--best-guess", "--sector")]
    [InlineData("probe", "SOURCE", "--options", "--seconds", "--json")]
    [InlineData("doctor", "--config", "--json")]
    [InlineData("config", "check", "schema")]
    public async Task Help_lists_the_commands_and_options(string command, params string[] names)
    {
        Outcome run = await Lusedge.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.All(names, name => Assert.Contains(name, run.Output));
        if (command.Length == 0) Assert.Contains("Not a medical device", run.Output);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay --no-such-option x")]
    [InlineData("demo --seconds 0")]
    [InlineData("demo --seconds many")]
    [InlineData("probe")]
    [InlineData("probe --seconds 0 clip.mp4")]
    [InlineData("probe --no-such-option")]
    [InlineData("doctor what")]
    [InlineData("demo --seconds 2147483647")]
    [InlineData("replay clip.mp4 --sector 1,2")]
    [InlineData("config check --config")]
    [InlineData("no-such-command")]
    public async Task A_bad_command_line_exits_with_64(string arguments) =>
        (await Lusedge.RunAsync(arguments.Split(' '))).Refusal(64);

    [Fact]
    public async Task Config_check_lists_every_error_and_exits_with_78()
    {
        string error = (await Lusedge.RunAsync("config", "check", "--config", Config("""
            { "Capture": { "Source": "a.mp4", "Pace": 3 }, "Aggregate": { "HeldShare": 7 }, "Extra": 1 }
            """))).Refusal(78);

        Assert.Equal(3, error.TrimEnd().Split('\n').Length);
        Assert.Contains("Capture:Pace", error);
        Assert.Contains("Aggregate:HeldShare", error);
        Assert.Contains("Extra", error);
    }

    [Fact]
    public async Task Nothing_is_left_behind_in_the_home_or_temporary_folder()
    {
        Assert.SkipUnless(File.Exists(Lusedge.PhantomClip), "artifacts/lusedge is not published: run tests/run.sh");
        DirectoryInfo home = _temp.CreateSubdirectory("home");
        DirectoryInfo temp = _temp.CreateSubdirectory("temp");
        (string, string)[] environment = [("HOME", home.FullName), ("TMPDIR", temp.FullName)];
        // By default, ONNX Runtime would keep a device id in the home folder and send usage events.
        using (Process replay = Lusedge.StartWith(environment, "replay", Lusedge.PhantomClip))
        {
            Assert.Equal(0, (await Lusedge.FinishAsync(replay)).Code);
        }

        // Interrupted before the first reading.
        foreach (int milliseconds in (int[])[300, 600, 900])
        {
            using Process demo = Lusedge.StartWith(environment, "demo");
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            Lusedge.Terminate(demo);
            await Lusedge.FinishAsync(demo);
        }

        Assert.Empty(home.GetFileSystemInfos("*", SearchOption.AllDirectories));
        Assert.Empty(temp.GetFileSystemInfos("lusedge*"));
    }

    [Fact]
    public async Task Run_refuses_a_bad_configuration_as_config_check_does() =>
        (await Lusedge.RunAsync("run", "--config", Config("{ \"Capture\": { \"Sauce\": 1 } }"))).Refusal(78);

    [Theory]
    [InlineData("Latin-1", "not UTF-8")]
    [InlineData("UTF-16", "UTF-16")]
    [InlineData("a pipe", "a pipe")]
    [InlineData("a folder", "a folder")]
    [InlineData("endless", "a device")]
    [InlineData("huge", "at most 1048576 are allowed")]
    public async Task A_configuration_that_is_no_text_file_is_one_sentence_and_exit_78(string what, string message)
    {
        string file = Path.Combine(_temp.FullName, "odd.json");
        switch (what)
        {
            case "Latin-1": File.WriteAllBytes(file, Encoding.Latin1.GetBytes("{ \"Captur\u00e9\": 1 }")); break;
            case "UTF-16": File.WriteAllText(file, "{}", Encoding.Unicode); break;
            case "a pipe": using (Process made = Process.Start("mkfifo", [file])) made.WaitForExit(); break;
            case "a folder": Directory.CreateDirectory(file); break;
            case "endless": file = "/dev/zero"; break;
            case "huge": using (FileStream huge = File.Create(file)) huge.SetLength(5L << 30); break;
            default: throw new ArgumentException(what);
        }

        foreach (string[] command in (string[][])[["config", "check"], ["run"]])
        {
            string error = (await Lusedge.RunAsync([.. command, "--config", file])).Refusal(78);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.Contains(message, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Config_check_says_so_when_there_are_no_errors()
    {
        Outcome run = await Lusedge.RunAsync("config", "check", "--config", Config("{ \"Capture\": { \"Source\": \"a.mp4\" } }"));
        Assert.Equal(0, run.Code);
        Assert.Contains("no error", run.Output);
    }

    [Fact]
    public async Task Config_schema_is_a_2020_12_schema()
    {
        Outcome run = await Lusedge.RunAsync("config", "schema");
        JsonElement schema = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal(0, run.Code);
    }

    [Fact]
    public async Task A_missing_source_file_exits_with_66_before_anything_is_published() =>
        Assert.Contains("/nonexistent.mp4", (await Lusedge.RunAsync("run", "--config", Config($$"""
            {
              "Device": { "Id": "test" },
              "Capture": { "Source": "/nonexistent.mp4" },
              "Mqtt": { "Mode": "embedded", "EventsDatabase": "{{_temp.FullName}}/events.db" }
            }
            """))).Refusal(66));

    private string Config(string text)
    {
        string file = Path.Combine(_temp.FullName, "lusedge.json");
        File.WriteAllText(file, text);
        return file;
    }
}
