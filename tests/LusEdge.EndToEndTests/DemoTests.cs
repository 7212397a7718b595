using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Tests;

namespace LusEdge.EndToEndTests;

public sealed class DemoTests(DemoRun demo) : IClassFixture<DemoRun>
{
    [Fact]
    public void It_stops_by_itself_after_the_given_seconds()
    {
        SkipUnlessRun();
        Assert.True(demo.Code == 0, demo.Error);
        Assert.DoesNotContain("   at ", demo.Error);
    }

    [Fact]
    public void It_prints_the_subscribe_command_one_line_per_second_and_the_disclaimer()
    {
        SkipUnlessRun();
        Assert.Contains("mosquitto_sub -h 127.0.0.1 -p", demo.Output);
        Assert.Contains(
            "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.", demo.Output);
        Assert.Contains("for demonstration only", demo.Output);
        Assert.InRange(demo.Output.Split('\n').Count(line => line.Contains(" fps ", StringComparison.Ordinal)), 20, 45);
    }

    [Fact]
    public void At_least_a_hundred_distinct_live_frames_are_published()
    {
        SkipUnlessRun();
        Assert.True(LiveFrames().DistinctBy(f => f.GetProperty("frame").GetInt64()).Count() >= 100);
    }

    [Fact]
    public void The_published_grade_follows_the_phantom()
    {
        SkipUnlessRun();
        JsonElement walk = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Lusedge.PhantomClip, ".json"))).RootElement;
        int frames = walk.GetProperty("frames").GetInt32();
        string[] shown = new string[frames];
        foreach (JsonElement step in walk.GetProperty("steps").EnumerateArray())
        {
            int from = step.GetProperty("from").GetInt32(), to = step.GetProperty("to").GetInt32();
            Array.Fill(shown, step.GetProperty("grade").GetString()!, from, to - from + 1);
        }

        JsonElement[] live = [.. LiveFrames()];
        int right = live.Count(f => f.GetProperty("grade").GetString() == shown[f.GetProperty("frame").GetInt64() % frames]);
        Assert.True(right > 0.9 * live.Length, $"{right} of {live.Length} frames have the phantom's grade");
        Assert.Equal(7, live.Select(f => f.GetProperty("grade").GetString()).Distinct().Count());
    }

    [Fact]
    public void Every_kind_of_message_is_published_and_names_its_schema()
    {
        SkipUnlessRun();
        Assert.Equal(
            ["availability", "clip", "frame", "health", "info", "live", "metrics"],
            demo.Messages.Select(m => m.Name).Distinct().Order());
        // A retained message from before the subscription still has its properties.
        Assert.All(demo.Messages, m => Assert.NotNull(m.Schema));
        Assert.Equal("offline", demo.Messages.Last(m => m.Name == "availability").Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Every_published_message_conforms_to_its_schema()
    {
        SkipUnlessRun();
        IReadOnlyList<IReadOnlyList<string>> errors =
            await Ajv.ValidateAsync([.. demo.Messages.Select(m => (m.Schema!, JsonNode.Parse(m.Payload)!))]);
        Assert.All(errors.Zip(demo.Messages), pair => Assert.True(
            pair.First.Count == 0, $"{pair.Second.Schema}: {string.Join("; ", pair.First)}: {pair.Second.Payload}"));
    }

    [Fact]
    public void The_published_ledger_balances_with_the_frames_in_flight()
    {
        SkipUnlessRun();
        JsonElement ledger = demo.Messages.Last(m => m.Name == "metrics").Json.GetProperty("ledger");
        long Sum(string field) => ledger.GetProperty(field).EnumerateObject().Sum(e => e.Value.GetInt64());
        long Count(string field) => ledger.GetProperty(field).GetInt64();

        long accounted = Count("scored") + Sum("withheld") + Sum("dropped") + Count("corrupt") + Count("in_flight");
        // Read while frames pass, so one frame can be between two counters.
        Assert.InRange(Count("captured") - accounted, -1, 1);
        Assert.True(Count("captured") > 100);
    }

    private IEnumerable<JsonElement> LiveFrames() =>
        demo.Messages.Where(m => m.Name == "frame").Select(m => m.Json).Where(f => f.GetProperty("state").GetString() == "live");

    private void SkipUnlessRun() =>
        Assert.SkipUnless(demo.Code is not null, "artifacts/lusedge is not published: run tests/run.sh");
}
