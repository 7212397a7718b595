using System.Diagnostics;
using System.Text.Json;

namespace LusEdge.EndToEndTests;

/// <summary>The command within limits that are too low for it: a sentence, not an exception of whatever comes first.</summary>
public sealed class LimitsTests : IDisposable
{
    private readonly DirectoryInfo _temp = Directory.CreateTempSubdirectory("lusedge-test-");

    public void Dispose() => _temp.Delete(recursive: true);

    [Theory]
    [InlineData("ulimit -n 150", "limit of open files is 150, but the service needs 256")]
    [InlineData("ulimit -n 200", "limit of open files is 200, but the service needs 256")]
    [InlineData("ulimit -n 100", "limit of open files is 100, but 128 are needed")]
    [InlineData("ulimit -n 60", "limit of open files is 60, but 128 are needed")]
    [InlineData("ulimit -v 4194304", "limit of address space is 4096 MiB, but the service needs 6144 MiB")]
    public async Task A_limit_that_is_too_low_ends_the_service_with_a_sentence(string limit, string message)
    {
        foreach (string[] command in (string[][])[["run", "--config", Config()], ["demo", "--seconds", "1"]])
        {
            string error = (await LimitedAsync(limit, command)).Refusal(69);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.Contains(message, error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ulimit -n 150", "The limit of open files is 150")]
    [InlineData("ulimit -v 5800000", "The limit of address space is 5664 MiB")]
    [InlineData("ulimit -n 150; ulimit -v 5800000", "The limit of address space is 5664 MiB")]
    public async Task Doctor_names_a_limit_that_is_too_low_for_the_service(string limit, string message)
    {
        Outcome run = await LimitedAsync(limit, "doctor", "--json", "--config", Config());
        Assert.True(run.Output.Length > 0, run.Error);
        JsonElement machine = JsonDocument.Parse(run.Output).RootElement.GetProperty("checks").EnumerateArray()
            .Single(check => check.GetProperty("check").GetString() == "machine");
        Assert.Equal("failed", machine.GetProperty("status").GetString());
        Assert.Equal(69, machine.GetProperty("code").GetInt32());
        Assert.Contains(message, machine.GetProperty("finding").GetString(), StringComparison.Ordinal);
        Assert.Contains("ulimit -a", machine.GetProperty("suggestion").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lowest_limits_that_are_allowed_are_enough_for_the_service() => Assert.Equal(
        0, (await LimitedAsync("ulimit -n 256; ulimit -v 6291456", "demo", "--seconds", "1")).Code);

    private static async Task<Outcome> LimitedAsync(string limit, params string[] command)
    {
        Assert.SkipUnless(File.Exists(Lusedge.Binary), "artifacts/lusedge is not published: run tests/run.sh");
        using Process process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"{limit}; exec \"$@\"", "sh", Lusedge.Binary, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return await Lusedge.FinishAsync(process);
    }

    private string Config()
    {
        string file = Path.Combine(_temp.FullName, "lusedge.json");
        File.WriteAllText(file, $$"""
            {
              "Device": { "Id": "test" },
              "Capture": { "Source": "{{Lusedge.PhantomClip}}" },
              "Mqtt": { "Mode": "embedded", "EventsDatabase": "{{_temp.FullName}}/events.db" }
            }
            """);
        return file;
    }
}
