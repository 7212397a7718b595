using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Publish.Messages;
using LusEdge.Results;

namespace LusEdge.Tests.Publish.Messages;

public sealed class FrameBatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 4, 18, 23, 123, TimeSpan.Zero);
    private static readonly ModelInUse Model = new(
        "m",
        "m@1:00000000",
        new string('0', 64),
        new ScoringScheme("two", ["0", "1"], [0, 1]),
        "cpu",
        "cpu",
        "fp32",
        new Dictionary<string, string>(),
        false);

    private static readonly Announcement NoSignal = new(FrameState.NoSignal, 0, null);
    private readonly FrameBatch _batch = new();
    private readonly QueuedReading _reading = new(Model);

    [Fact]
    public void Frames_are_columns_with_nulls_where_there_is_no_score()
    {
        Add(7, Start.AddTicks(9), FrameState.Live);
        Add(9, Start.AddMilliseconds(66), FrameState.Corrupt);
        Assert.Equal([7, 9], _batch.Frame);
        Assert.Equal(Start, _batch.From);
        Assert.Equal([0, 66], _batch.OffsetMs);
        Assert.Equal([1, null], _batch.Severity);
        Assert.Equal(["1", null], _batch.Grade);
        Assert.Equal([0.25, 0.75], _batch.P[0]!);
        Assert.Null(_batch.P[1]);
    }

    [Fact]
    public void Quality_has_three_decimals_in_any_state_and_is_null_if_not_measured()
    {
        Add(1, Start, FrameState.Live, 0.98765f);
        Add(2, Start, FrameState.Ood, 0.12345f);
        Add(3, Start, FrameState.Black);
        Assert.Equal([0.988, 0.123, null], _batch.Quality);
        Assert.Null(_batch.P[1]);
    }

    [Fact]
    public void A_batch_ends_after_a_second_or_when_the_clock_goes_back()
    {
        Assert.False(_batch.IsFullAt(Start));
        Add(1, Start, FrameState.Live);
        Assert.False(_batch.IsFullAt(Start.AddMilliseconds(999)));
        Assert.True(_batch.IsFullAt(Start.AddSeconds(1)));
        Assert.True(_batch.IsFullAt(Start.AddHours(-1)));
        _batch.Clear();
        Assert.Equal(0, _batch.Count);
    }

    [Fact]
    public void A_batch_ends_when_another_model_takes_over()
    {
        Add(1, Start, FrameState.Live);
        _reading.Set(NoSignal, Start, 0, Model);
        Assert.False(_batch.EndsBefore(_reading));
        _reading.Set(NoSignal, Start, 0, Model with { Reference = "n@1:11111111" });
        Assert.True(_batch.EndsBefore(_reading));
        _batch.Clear();
        Assert.False(_batch.EndsBefore(_reading));
    }

    private void Add(long frame, DateTimeOffset at, FrameState state, float? quality = null)
    {
        Score? score = state == FrameState.Live ? new Score(1, "1", new float[] { 0.25f, 0.75f }) : null;
        var reading = new FrameReading(frame, null, at, state, score, score, TimeSpan.FromMilliseconds(18)) { Quality = quality };
        _reading.Set(reading, 0, Model);
        _batch.Add(_reading);
    }
}
