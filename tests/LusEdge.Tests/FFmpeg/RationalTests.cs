using LusEdge.FFmpeg;

namespace LusEdge.Tests.FFmpeg;

public sealed class RationalTests
{
    [Fact]
    public void A_timestamp_converts_exactly_to_the_tick() =>
        Assert.Equal(TimeSpan.FromSeconds(0.04), new Rational(1, 90_000).ToTimeSpan(3_600));

    [Fact]
    public void Two_hundred_years_in_nanoseconds_do_not_overflow() =>
        Assert.Equal(TimeSpan.FromDays(73_000), new Rational(1, 1_000_000_000).ToTimeSpan(73_000L * 86_400 * 1_000_000_000));
}
