using LusEdge.Machine;

namespace LusEdge.Tests.Machine;

public sealed class UtcClockTests
{
    private readonly TwoClocks _time = new() { Wall = DateTimeOffset.UnixEpoch, Monotonic = TimeSpan.FromDays(9) };

    [Fact]
    public void Utc_follows_the_system_clock_forward_and_back_and_tells_the_total_step()
    {
        var clock = new UtcClock(_time);
        long captured = _time.GetTimestamp();
        _time.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((DateTimeOffset.UnixEpoch, TimeSpan.Zero), (clock.At(captured), clock.Step));

        _time.Wall += TimeSpan.FromDays(20_000);
        Assert.Equal(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000), clock.At(captured));
        _time.Wall -= TimeSpan.FromHours(2);
        TimeSpan step = TimeSpan.FromDays(20_000) - TimeSpan.FromHours(2);
        Assert.Equal((DateTimeOffset.UnixEpoch + step, step), (clock.At(captured), clock.Step));
    }

    [Fact]
    public void Times_run_evenly_while_the_two_clocks_are_read_a_moment_apart()
    {
        var clock = new UtcClock(_time);
        long captured = _time.GetTimestamp();
        foreach (int microseconds in (int[])[300, -4000, 9000, -9000])
        {
            _time.Wall += TimeSpan.FromMicroseconds(microseconds);
            Assert.Equal(DateTimeOffset.UnixEpoch, clock.At(captured));
            _time.Wall -= TimeSpan.FromMicroseconds(microseconds);
        }

        Assert.Equal(TimeSpan.Zero, clock.Step);
    }

    [Fact]
    public void A_thread_interrupted_between_the_two_clocks_sees_no_step()
    {
        var clock = new UtcClock(_time);
        long captured = _time.GetTimestamp();
        _time.Interruption = TimeSpan.FromSeconds(1);
        Assert.Equal(DateTimeOffset.UnixEpoch, clock.At(captured));
        _time.Interruption = TimeSpan.Zero;
        Assert.Equal(TimeSpan.Zero, clock.Step);
    }

    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public TimeSpan Monotonic { get; set; }

        /// <summary>Passes after each reading of the system clock.</summary>
        public TimeSpan Interruption { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow()
        {
            DateTimeOffset now = Wall;
            Pass(Interruption);
            return now;
        }

        public override long GetTimestamp() => Monotonic.Ticks;

        public void Pass(TimeSpan time) => (Wall, Monotonic) = (Wall + time, Monotonic + time);
    }
}
