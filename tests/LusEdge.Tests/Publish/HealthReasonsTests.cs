using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Publish;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Publish;

public sealed class HealthReasonsTests : IDisposable
{
    private static readonly ModelInUse Model = new(
        "m", "m@1:00000000", new string('0', 64), new ScoringScheme("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]), "cpu", "cpu", "fp32", new Dictionary<string, string>(), false);

    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-health-").FullName;
    private readonly EventStore _store;

    public HealthReasonsTests() => _store = EventStore.Open(Path.Combine(_folder, "events.db"), 65_536, TimeProvider.System, NullLogger.Instance);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_device_that_does_its_work_has_nothing_to_say() => Assert.Empty(Of());

    [Theory]
    [InlineData(FrameState.Failed, "pipeline_failed", HealthStatus.Failed)]
    [InlineData(FrameState.NoSignal, "no_signal", HealthStatus.Degraded)]
    public void A_pipeline_without_frames_is_told(FrameState state, string code, HealthStatus status) =>
        Assert.Equal((code, status), Assert.Single(Of(pipeline: state).Select(reason => (reason.Code, reason.Status))));

    [Fact]
    public void Starting_is_no_fault() => Assert.Empty(Of(pipeline: FrameState.Starting));

    [Fact]
    public void Losing_more_than_a_tenth_of_the_frames_to_load_is_told_with_its_cause()
    {
        Assert.Empty(Of(overload: 0.1));
        HealthReason reason = Assert.Single(Of(overload: 0.34));
        Assert.Equal("overload", reason.Code);
        Assert.Contains("34 %", reason.Detail);
        Assert.Contains("cpu", reason.Detail);
    }

    [Fact]
    public void A_fallback_and_a_demonstration_model_are_remarks_that_leave_the_status_ok()
    {
        ModelInUse model = Model with { RequestedProvider = "auto", Refused = new Dictionary<string, string> { ["cuda"] = "no device" }, DemonstrationOnly = true };
        Assert.Equal([HealthStatus.Ok, HealthStatus.Ok], Of(model).Select(reason => reason.Status));
    }

    [Fact]
    public void Trouble_with_events_is_told_by_kind()
    {
        _store.TryAppend("t", new byte[200_000], Guid.Empty, 0, default);
        Assert.Equal(("event_store_failed", HealthStatus.Failed), Assert.Single(Of().Select(reason => (reason.Code, reason.Status))));
        while (_store.Discarded == 0) _store.TryAppend("t", new byte[2_000], Guid.Empty, 0, default);
        _store.SetAside(_store.LastId, 0x87);
        Assert.Equal(
            ["event_store_full", "events_refused", "events_unheard", "topic_refused"],
            Of(nobodyTakes: true, refusedTopic: "lus/v1/s/d/info").Select(reason => reason.Code));
    }

    [Fact]
    public void Why_there_is_no_picture_is_in_the_detail()
    {
        const string Cause = "rtsp://10.0.0.7/1 can't be reached; check address, network and sender.";
        HealthReason reason = Assert.Single(Of(pipeline: FrameState.NoSignal, cause: Cause));
        Assert.Equal(("no_signal", HealthStatus.Degraded), (reason.Code, reason.Status));
        Assert.Contains(Cause, reason.Detail, StringComparison.Ordinal);
        Assert.Contains(Cause, Assert.Single(Of(pipeline: FrameState.Failed, cause: Cause)).Detail, StringComparison.Ordinal);
        Assert.Empty(Of(pipeline: FrameState.Starting));
    }

    [Fact]
    public void A_refused_activation_and_a_model_that_nobody_vouches_for_are_told_with_their_reasons()
    {
        HealthReason refused = Assert.Single(Of(refusedModel: "x@2: tampered."));
        Assert.Equal(("model_refused", HealthStatus.Degraded), (refused.Code, refused.Status));
        Assert.Contains("m@1:00000000 goes on: x@2: tampered.", refused.Detail, StringComparison.Ordinal);
        HealthReason unsigned = Assert.Single(Of(Model with { SignatureFlaw = "it is not signed." }));
        Assert.Equal(("model_unsigned", HealthStatus.Degraded), (unsigned.Code, unsigned.Status));
        Assert.Contains("it is not signed.", unsigned.Detail, StringComparison.Ordinal);
        Assert.Empty(Of(Model with { SignedBy = "site.pub" }));
    }

    private IReadOnlyList<HealthReason> Of(
        ModelInUse? model = null, FrameState? pipeline = null, string? cause = null, double overload = 0, bool nobodyTakes = false, string? refusedTopic = null, string? refusedModel = null) =>
        HealthReasons.Of(pipeline is { } state ? new Silence(state, cause) : null, model ?? Model, overload, _store, nobodyTakes, refusedTopic, refusedModel);
}
