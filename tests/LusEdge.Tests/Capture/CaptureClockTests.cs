using LusEdge.Capture;

namespace LusEdge.Tests.Capture;

public sealed class CaptureClockTests
{
    [Fact]
    public void Utc_follows_the_monotonic_clock_when_the_wall_clock_is_set()
    {
        var time = new TwoClocks { Wall = DateTimeOffset.UnixEpoch, Monotonic = TimeSpan.FromDays(9) };
        var clock = new CaptureClock(time);
        time.Monotonic += TimeSpan.FromSeconds(3);
        time.Wall -= TimeSpan.FromHours(2);

        Assert.Equal(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(3), clock.At(time.GetTimestamp()));
        Assert.Equal(DateTimeOffset.UnixEpoch - TimeSpan.FromHours(2), new CaptureClock(time).At(time.GetTimestamp()));
    }

    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public TimeSpan Monotonic { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Monotonic.Ticks;
    }
}
