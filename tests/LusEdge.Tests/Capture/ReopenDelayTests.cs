using LusEdge.Capture;

namespace LusEdge.Tests.Capture;

public sealed class ReopenDelayTests
{
    [Fact]
    public void Waits_double_up_to_half_a_minute()
    {
        var delay = new ReopenDelay(TimeSpan.FromSeconds(30), () => 0);
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => delay.Next().TotalSeconds));
    }

    [Fact]
    public void Random_jitter_takes_off_up_to_half() =>
        Assert.Equal(0.375, new ReopenDelay(TimeSpan.FromSeconds(30), () => 0.5).Next().TotalSeconds);

    [Fact]
    public void A_feed_that_came_back_starts_with_a_short_wait_again()
    {
        var delay = new ReopenDelay(TimeSpan.FromSeconds(30), () => 0);
        delay.Next();
        delay.Next();
        delay.Reset();
        Assert.Equal(0.5, delay.Next().TotalSeconds);
    }
}
