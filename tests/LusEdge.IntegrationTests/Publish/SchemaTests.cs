using System.Text.Json.Nodes;
using LusEdge.Broker;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Publish.Messages;
using LusEdge.Results;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet.Packets;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>Validates what a publisher really sends against docs/schemas/v1.</summary>
public sealed class SchemaTests
{
    private static readonly string[] Topics = ["availability", "clip", "frame", "frames", "health", "info", "live", "metrics"];

    /// <summary>Gate thresholds that are out of range, or missing (null) although another one needs them.</summary>
    private static readonly (string Key, double? Value)[] WrongThresholds =
    [
        ("min_quality", 1.5),
        ("frozen_after", 0),
        ("frozen_difference", 256),
        ("frozen_after", null),
        ("frozen_difference", null),
    ];

    [Fact]
    public async Task Every_message_validates_and_an_altered_one_does_not()
    {
        IReadOnlyList<(string Schema, JsonNode Payload)> messages = await PublishedAsync();
        Assert.Equal(
            Topics.Select(topic => $"urn:lusedge:v1:{topic}"), messages.Select(message => message.Schema).Distinct().Order());
        IReadOnlyList<IReadOnlyList<string>> results = await Ajv.ValidateAsync(messages);
        Assert.All(results.Zip(messages), result => Assert.True(
            result.First.Count == 0, $"{result.Second.Schema}: {string.Join("; ", result.First)}: {result.Second.Payload}"));

        // A measured quality is published with or without a score; otherwise it is null.
        Assert.All(
            messages
                .Where(message => message.Schema is "urn:lusedge:v1:frame" or "urn:lusedge:v1:live")
                .Select(message => message.Payload),
            payload => Assert.Equal(
                payload["state"]!.GetValue<string>() is "live" or "ood" ? 0.123 : null,
                payload["quality"]?.GetValue<double>()));

        (string What, (string Schema, JsonNode Payload) Message)[] changed = [.. Changed(messages)];
        IReadOnlyList<IReadOnlyList<string>> refusals = await Ajv.ValidateAsync([.. changed.Select(change => change.Message)]);
        Assert.All(refusals.Zip(changed), refusal => Assert.True(
            refusal.First.Count > 0, $"{refusal.Second.What} was accepted: {refusal.Second.Message.Payload}"));
    }

    [Fact]
    public async Task A_model_files_description_validates_and_an_altered_one_does_not()
    {
        const string Schema = "urn:lusedge:v1:model";
        ModelDescription gated = TinyModel.Four with
        {
            Gate = new ModelGate(3, 0.3f) { MinQuality = 0.2f, FrozenAfter = 0.8, FrozenDifference = 1 },
        };
        JsonNode[] valid =
        [
            JsonNode.Parse(TinyModel.Four.ToJson())!,
            JsonNode.Parse(TinyModel.Seven.ToJson())!,
            JsonNode.Parse(gated.ToJson())!,
        ];
        Assert.All(await Ajv.ValidateAsync([.. valid.Select(model => (Schema, model))]), errors => Assert.Empty(errors));

        JsonNode[] changed = [.. valid[1].AsObject().Select(property => property.Key).Select(key =>
        {
            JsonObject without = valid[1].DeepClone().AsObject();
            without.Remove(key);
            return without;
        }), .. WrongThresholds.Select(threshold =>
        {
            JsonObject other = valid[2].DeepClone().AsObject();
            if (threshold.Value is { } value) other["gate"]![threshold.Key] = value;
            else other["gate"]!.AsObject().Remove(threshold.Key);
            return other;
        })];
        Assert.All(
            (await Ajv.ValidateAsync([.. changed.Select(model => (Schema, model))])).Zip(changed),
            refusal => Assert.True(refusal.First.Count > 0, $"accepted: {refusal.Second}"));
    }

    [Fact]
    public async Task A_signed_manifest_validates_and_an_altered_one_does_not()
    {
        const string Schema = "urn:lusedge:v1:manifest";
        using var temp = new TemporaryDirectory();
        TestPackage package = TestPackage.Write(temp["tiny"], TestPackage.Key(temp["site.key"]));
        byte[] json = await File.ReadAllBytesAsync(package["manifest.json"], TestContext.Current.CancellationToken);
        JsonObject manifest = JsonNode.Parse(json)!.AsObject();
        Assert.Empty(Assert.Single(await Ajv.ValidateAsync([(Schema, manifest)])));

        JsonNode[] changed =
        [
            Changed(m => m.Remove("id")),
            Changed(m => m["id"] = "../tiny"),
            Changed(m => m["version"] = 0),
            Changed(m => m["sha256"] = "9f86d081"),
            Changed(m => m.Remove("scheme")),
            Changed(m => m["files"]!["README.md"] = "9f86d081"),
            Changed(m => m["files"]!["../README.md"] = new string('0', 64)),
        ];
        Assert.All(
            (await Ajv.ValidateAsync([.. changed.Select(one => (Schema, one))])).Zip(changed),
            refusal => Assert.True(refusal.First.Count > 0, $"accepted: {refusal.Second}"));

        JsonNode Changed(Action<JsonObject> change)
        {
            JsonObject copy = manifest.DeepClone().AsObject();
            change(copy);
            return copy;
        }
    }

    private static async Task<IReadOnlyList<(string Schema, JsonNode Payload)>> PublishedAsync()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(
            LoopbackPort.Free(), LoopbackPort.Free(), null, TimeProvider.System, NullLogger<EmbeddedBroker>.Instance, stop);
        await using var proxy = new TcpCutProxy(broker.TcpPort);
        proxy.Refuse = true;
        await using Subscriber subscriber = await Subscriber.ConnectAsync(broker.TcpPort);
        await using PublisherRig rig = await PublisherRig.StartAsync(
            proxy.Port, options => options with { Frames = FrameDelivery.Both });
        rig.Clip();
        for (int i = 0; i < ReadingSubscription.Capacity + 10; i++) rig.Frame();
        // An event that is stored only after the connection is made is not late.
        await Eventually.TrueAsync("the clip is on the disk", () => rig.StoredEvents == 1);
        proxy.Refuse = false;
        ClipMessage kept = await subscriber.WaitForAsync(rig.Topics.Clip, LusEdgeJson.Default.ClipMessage, clip => clip.Late);
        Assert.Equal("2", kept.Grade);

        rig.Clip("insufficient_data");
        foreach (FrameState state in Enum.GetValues<FrameState>()) rig.Frame(state);
        rig.Clock.Ahead = TimeSpan.FromHours(1);
        rig.StartFeed();
        await subscriber.WaitForAsync(rig.Topics.Metrics, LusEdgeJson.Default.MetricsMessage, metrics => metrics.Gap is not null);
        rig.Announce(FrameState.NoSignal, TimeProvider.System.GetUtcNow());
        await subscriber.WaitForAsync(
            rig.Topics.Live, LusEdgeJson.Default.LiveMessage, live => live.State == FrameState.NoSignal);
        proxy.Cut();
        await subscriber.WaitForAsync(
            rig.Topics.Availability,
            LusEdgeJson.Default.AvailabilityMessage,
            availability => availability.State == Availability.Lost);
        await rig.StopAsync();
        return [.. subscriber.All.Select(received => (Property(received, "schema"), JsonNode.Parse(received.Payload)!))];
    }

    private static IEnumerable<(string What, (string Schema, JsonNode Payload) Message)> Changed(
        IReadOnlyList<(string Schema, JsonNode Payload)> messages)
    {
        foreach (string topic in Topics)
        {
            yield return Change(topic, "no boot", _ => true, payload => payload.Remove("boot"));
            yield return Change(topic, "a boot number below zero", HasBootNumber, payload => payload["boot_number"] = -1);
            yield return Change(topic, "another version", _ => true, payload => payload["v"] = 2);
        }

        yield return Change("frame", "live without a severity", IsLive, payload => payload["severity"] = null);
        yield return Change("frame", "a severity without live", payload => !IsLive(payload), payload => payload["severity"] = 0);
        yield return Change("frame", "a probability above one", IsLive, payload => payload["p"]![0] = 1.5);
        yield return Change("frame", "an unknown state", _ => true, payload => payload["state"] = "LIVE");
        yield return Change("frame", "a quality above one", IsLive, payload => payload["quality"] = 1.5);
        yield return Change("frame", "no quality", _ => true, payload => payload.Remove("quality"));
        yield return Change("frame", "no research_use_only", _ => true, payload => payload.Remove("research_use_only"));
        yield return Change("live", "live without a grade", IsLive, payload => payload["grade"] = null);
        yield return Change("live", "a quality in words", _ => true, payload => payload["quality"] = "good");
        yield return Change(
            "live", "a time with an offset", _ => true, payload => payload["t"] = "2026-11-23T04:18:23.123+00:00");
        yield return Change("live", "a step in words", HasStep, payload => payload["clk"]!["step_ms"] = "an hour");
        yield return Change("frames", "an unknown state", _ => true, payload => payload["state"]![0] = "good");
        yield return Change("frames", "a quality below zero", _ => true, payload => payload["quality"]![0] = -0.1);
        yield return Change(
            "clip", "no grade and no reason", payload => !payload.ContainsKey("reason"), payload => payload["severity"] = null);
        yield return Change(
            "clip", "a grade and a reason", payload => payload.ContainsKey("reason"), payload => payload["grade"] = "1");
        yield return Change(
            "availability",
            "a will with a time",
            payload => payload["state"]!.GetValue<string>() == "lost",
            payload => payload["t"] = "2026-11-23T04:18:23.123Z");
        yield return Change("health", "an unknown status", _ => true, payload => payload["status"] = "fine");
        yield return Change("info", "half a hash", _ => true, payload => payload["model"]!["sha256"] = "9f86d081");
        yield return Change("metrics", "a count below zero", _ => true, payload => payload["ledger"]!["captured"] = -1);

        (string, (string, JsonNode)) Change(string topic, string what, Func<JsonObject, bool> which, Action<JsonObject> how)
        {
            string schema = $"urn:lusedge:v1:{topic}";
            JsonObject payload = messages
                .First(message => message.Schema == schema && which(message.Payload.AsObject()))
                .Payload.DeepClone().AsObject();
            how(payload);
            return ($"{topic}: {what}", (schema, payload));
        }
    }

    private static bool HasBootNumber(JsonObject payload) => payload.ContainsKey("boot_number");

    private static bool HasStep(JsonObject payload) => payload["clk"]?["step_ms"] is not null;

    private static bool IsLive(JsonObject payload) => payload["state"]!.GetValue<string>() == "live";

    private static string Property(Received received, string name) =>
        received.Message.UserProperties.Single(property => property.Name == name).ReadValueAsString();
}
