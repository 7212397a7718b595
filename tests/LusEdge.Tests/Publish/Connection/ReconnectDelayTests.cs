using LusEdge.Publish.Connection;
using LusEdge.Publish.Status;

namespace LusEdge.Tests.Publish.Connection;

public sealed class ReconnectDelayTests
{
    [Fact]
    public void Delays_stay_between_half_a_second_and_a_minute_and_their_range_doubles()
    {
        var delay = new ReconnectDelay(new Highest());
        TimeSpan[] delays = [.. Enumerable.Range(0, 9).Select(_ => delay.Next())];
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], delays.Select(d => Math.Round(d.TotalSeconds)));
        Assert.Equal(ReconnectDelay.Shortest, new ReconnectDelay(new Lowest()).Next());
    }

    [Fact]
    public void A_connection_that_held_resets_the_delay()
    {
        var delay = new ReconnectDelay(new Highest());
        for (int i = 0; i < 10; i++) delay.Next();
        delay.Reset();
        Assert.InRange(delay.Next(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void While_another_box_has_the_id_attempts_are_a_minute_or_two_apart()
    {
        Assert.Equal(ReconnectDelay.Longest, new ReconnectDelay(new Lowest()).NextContested());
        Assert.Equal(120, Math.Round(new ReconnectDelay(new Highest()).NextContested().TotalSeconds));
        Assert.True(ReconnectDelay.LongestContested < DuplicateWatch.ClearAfter);
    }

    private sealed class Highest : Random
    {
        public override double NextDouble() => 1 - 1e-12;
    }

    private sealed class Lowest : Random
    {
        public override double NextDouble() => 0;
    }
}
