using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Publish;

namespace LusEdge.Tests.Publish;

public sealed class TelemetryRingTests
{
    private static readonly ModelInUse Model = new(
        "m", "m@1:00000000", new string('0', 64), new ScoringScheme("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]), "cpu", "cpu", "fp32", new Dictionary<string, string>(), false);

    private readonly TelemetryRing _ring = new(Model);
    private readonly float[] _p = [0.1f, 0.2f, 0.3f, 0.4f];

    [Fact]
    public void Readings_come_out_in_order_with_their_own_memory()
    {
        Assert.True(_ring.TryWrite(Reading(1), 0));
        _p[3] = 9;
        Assert.True(_ring.TryWrite(FrameState.NoSignal, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(2), 0));

        TelemetryReading first = _ring.Peek()!;
        Assert.Equal((1, FrameState.Live, 3, "3", 0.5f), (first.Frame, first.State, first.Score.Severity, first.Score.Grade, first.Quality));
        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f], first.Score.P);
        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f], first.Smoothed.P);
        _ring.Advance();
        TelemetryReading second = _ring.Peek()!;
        Assert.Equal((null, FrameState.NoSignal, DateTimeOffset.UnixEpoch), (second.Frame, second.State, second.Since));
        Assert.Null(second.Quality);
        _ring.Advance();
        Assert.True(_ring.IsEmpty);
        Assert.Null(_ring.Peek());
    }

    [Fact]
    public void A_full_ring_refuses_the_newest_and_takes_again_when_there_is_room()
    {
        for (int i = 0; i < TelemetryRing.Capacity; i++) Assert.True(_ring.TryWrite(Reading(i), 0));
        Assert.False(_ring.TryWrite(Reading(-1), 0));
        Assert.Equal(0, _ring.Peek()!.Frame);
        _ring.Advance();
        Assert.True(_ring.TryWrite(Reading(-2), 0));
        Assert.False(_ring.TryWrite(FrameState.Failed, default, default, 0));
    }

    [Fact]
    public void A_reading_keeps_the_model_that_graded_it_when_another_one_with_more_grades_takes_over()
    {
        _ring.TryWrite(Reading(1), 0);
        ModelInUse next = Model with { Reference = "n@1:11111111" };
        _ring.Model = next;
        // Once around, so that the same slots hold the wider scale.
        for (int i = 0; i < TelemetryRing.Capacity; i++)
        {
            Assert.Same(i == 0 ? Model : next, _ring.Peek()!.Model);
            _ring.Advance();
            var wider = new Score(0, "0", new float[] { 1, 0, 0, 0, 0, 0, 0 });
            _ring.TryWrite(new FrameReading(i, null, DateTimeOffset.UnixEpoch, FrameState.Live, wider, wider, TimeSpan.Zero), 0);
        }

        Assert.Equal(7, _ring.Peek()!.Score.P.Length);
    }

    [Fact]
    public async Task One_writer_and_one_reader_lose_and_mix_up_nothing()
    {
        const int Frames = 200_000;
        Task reader = Task.Run(() =>
        {
            for (int expected = 0; expected < Frames;)
            {
                if (_ring.Peek() is not { } reading) continue;
                Assert.Equal(expected, reading.Frame);
                Assert.Equal(expected, (int)reading.Score.P[0]);
                _ring.Advance();
                expected++;
            }
        }, TestContext.Current.CancellationToken);
        for (int i = 0; i < Frames;)
        {
            _p[0] = i;
            if (_ring.TryWrite(Reading(i), 0)) i++;
            if (reader.IsFaulted) break;
        }

        await reader;
    }

    private FrameReading Reading(long frame)
    {
        var score = new Score(3, "3", _p);
        return new FrameReading(frame, null, DateTimeOffset.UnixEpoch, FrameState.Live, score, score, TimeSpan.Zero) { Quality = 0.5f };
    }
}
