using LusEdge.Contract;
using LusEdge.Publish.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Publish.Telemetry;

public sealed class LiveCadenceTests
{
    private static readonly TimeSpan FramePeriod = TimeSpan.FromMilliseconds(40);
    private readonly FakeTimeProvider _time = new();
    private readonly LiveCadence _cadence = new();
    private readonly List<(TimeSpan At, FrameState State, string? Grade)> _sent = [];
    private readonly long _start;

    public LiveCadenceTests() => _start = _time.GetTimestamp();

    [Fact]
    public void A_steady_grade_goes_out_at_least_once_a_second()
    {
        Offer(TimeSpan.FromSeconds(10), _ => (FrameState.Live, "2"));
        Assert.All(Intervals(), interval => Assert.InRange(interval, LiveCadence.MaxInterval, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Silence_that_is_told_four_times_a_second_goes_out_at_least_once_a_second()
    {
        Offer(TimeSpan.FromSeconds(10), _ => (FrameState.NoSignal, null), TimeSpan.FromMilliseconds(250));
        Assert.All(Intervals(), interval => Assert.InRange(interval, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_flickering_grade_goes_out_at_most_twice_a_second()
    {
        Offer(TimeSpan.FromSeconds(10), frame => (FrameState.Live, frame % 2 == 0 ? "2" : "2*"));
        Assert.All(Intervals(), interval => Assert.InRange(interval, LiveCadence.MinInterval, TimeSpan.FromSeconds(1)));
        Assert.InRange(_sent.Count, 10, 21);
    }

    [Fact]
    public void A_change_of_state_goes_out_at_once()
    {
        Offer(TimeSpan.FromMilliseconds(100), _ => (FrameState.Live, "2"));
        Offer(FramePeriod, _ => (FrameState.Black, null));
        Offer(FramePeriod, _ => (FrameState.Live, "2"));
        Assert.Equal([FrameState.Live, FrameState.Black, FrameState.Live], _sent.Select(sent => sent.State));
        Assert.All(Intervals(), interval => Assert.True(interval < LiveCadence.MinInterval));
    }

    [Fact]
    public void A_new_grade_that_had_to_wait_is_not_forgotten()
    {
        Offer(FramePeriod, _ => (FrameState.Live, "0"));
        Offer(TimeSpan.FromMilliseconds(600), _ => (FrameState.Live, "3"));
        Assert.Equal(["0", "3"], _sent.Select(sent => sent.Grade));
        Assert.InRange(_sent[1].At, LiveCadence.MinInterval, LiveCadence.MinInterval + FramePeriod);
    }

    [Fact]
    public void A_new_connection_is_told_at_once()
    {
        Offer(FramePeriod, _ => (FrameState.Live, "2"));
        _cadence.Reset();
        Offer(FramePeriod, _ => (FrameState.Live, "2"));
        Assert.Equal(2, _sent.Count);
    }

    private void Offer(TimeSpan during, Func<int, (FrameState State, string? Grade)> reading, TimeSpan? period = null)
    {
        TimeSpan step = period ?? FramePeriod;
        for (int i = 0; i * step < during; i++)
        {
            (FrameState state, string? grade) = reading(i);
            TimeSpan now = _time.GetElapsedTime(_start);
            if (_cadence.IsDue(state, grade, now)) _sent.Add((now, state, grade));
            _time.Advance(step);
        }
    }

    private IEnumerable<TimeSpan> Intervals() => _sent.Zip(_sent.Skip(1), (a, b) => b.At - a.At);
}
