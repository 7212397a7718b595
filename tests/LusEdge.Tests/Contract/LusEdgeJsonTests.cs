using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Contract;

namespace LusEdge.Tests.Contract;

public sealed class LusEdgeJsonTests
{
    private static readonly FrameMessage Frame = new()
    {
        Boot = Guid.Parse("0199c0de-0000-7000-8000-000000000000"),
        Seq = 812,
        T = new DateTimeOffset(2026, 11, 23, 5, 18, 23, 123, TimeSpan.FromHours(1)).AddTicks(4567),
        Clk = new ClockStatus(ClockSync.Ntp, 4),
        Frame = 4711,
        State = FrameState.Live,
        Severity = 2,
        Grade = "2*",
        P = [0.02, 0.11, 0.73, 0.14],
        LatMs = 18.4,
        Scheme = "iclus-4",
        Model = "lus-severity-4@1:9f86d081",
        Provider = "cpu",
        Precision = "fp32",
    };

    [Fact]
    public void A_frame_is_serialized_as_the_contract_says() => Assert.Equal(
        """{"v":1,"boot":"0199c0de-0000-7000-8000-000000000000","seq":812"""
        + ""","t":"2026-11-23T04:18:23.123Z","clk":{"sync":"ntp","err_ms":4},"frame":4711"""
        + ""","state":"live","severity":2,"grade":"2*","p":[0.02,0.11,0.73,0.14],"quality":null,"lat_ms":18.4"""
        + ""","scheme":"iclus-4","model":"lus-severity-4@1:9f86d081","provider":"cpu","precision":"fp32","research_use_only":"""
        + "true}",
        JsonSerializer.Serialize(Frame, LusEdgeJson.Default.FrameMessage));

    [Fact]
    public void A_frame_without_a_score_has_nulls_and_every_field()
    {
        FrameMessage frozen = Frame with { State = FrameState.Frozen, Severity = null, Grade = null, P = null, Clk = null };
        JsonObject json = JsonSerializer.SerializeToNode(frozen, LusEdgeJson.Default.FrameMessage)!.AsObject();
        Assert.Equal("frozen", json["state"]!.GetValue<string>());
        Assert.All(
            ["severity", "grade", "p", "clk"], (string name) => Assert.True(json.ContainsKey(name) && json[name] is null, name));
    }

    [Fact]
    public void Only_a_demonstration_model_has_demonstration_only()
    {
        FrameMessage demonstration = Frame with { DemonstrationOnly = true };
        Assert.Contains(
            "\"demonstration_only\":true", JsonSerializer.Serialize(demonstration, LusEdgeJson.Default.FrameMessage));
        Assert.DoesNotContain("demonstration_only", JsonSerializer.Serialize(Frame, LusEdgeJson.Default.FrameMessage));
    }

    [Fact]
    public void Unknown_fields_are_ignored_because_the_version_can_grow()
    {
        string json = JsonSerializer.Serialize(Frame, LusEdgeJson.Default.FrameMessage)
            .Replace("{\"v\":1", "{\"v\":1,\"zone\":\"right-anterior-upper\"", StringComparison.Ordinal);
        Assert.Equal(4711, JsonSerializer.Deserialize(json, LusEdgeJson.Default.FrameMessage)!.Frame);
    }

    [Theory]
    [InlineData("\"state\":\"live\"", "\"state\":1")]
    [InlineData("\"severity\":2,", "")]
    public void A_numeric_state_and_a_missing_field_are_rejected(string part, string instead)
    {
        string json = JsonSerializer.Serialize(Frame, LusEdgeJson.Default.FrameMessage)
            .Replace(part, instead, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, LusEdgeJson.Default.FrameMessage));
    }

    [Fact]
    public void States_are_spelled_the_same_as_keys_and_as_values()
    {
        var withheld = new Dictionary<FrameState, long> { [FrameState.LowConfidence] = 2 };
        var figures = new LedgerFigures(3, 1, withheld, new Dictionary<string, long>(), 0, 0);
        Assert.Contains(
            "\"withheld\":{\"low_confidence\":2}", JsonSerializer.Serialize(figures, LusEdgeJson.Default.LedgerFigures));
    }

    [Fact]
    public void Every_topic_is_below_the_device()
    {
        var topics = new Topics("ward-7", "lus-0123456789ab");
        string[] all =
        [
            topics.Info,
            topics.Availability,
            topics.Live,
            topics.Frame,
            topics.Frames,
            topics.Clip,
            topics.Health,
            topics.Metrics,
        ];
        Assert.All(all, topic => Assert.StartsWith("lus/v1/ward-7/lus-0123456789ab/", topic));
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.EndsWith("/event/clip", topics.Clip);
    }
}
