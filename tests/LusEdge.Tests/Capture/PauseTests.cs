using LusEdge.Capture;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Capture;

public sealed class PauseTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_pause_lasts_as_long_as_requested()
    {
        using var pause = new Pause(_time);
        long start = _time.GetTimestamp();
        Task<bool> waiting = Task.Run(() => pause.For(TimeSpan.FromSeconds(10)), TestContext.Current.CancellationToken);
        while (!waiting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.True(await waiting);
        Assert.True(_time.GetElapsedTime(start) >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_stop_ends_the_current_pause_and_every_later_one_at_once()
    {
        using var pause = new Pause(_time);
        Task<bool> waiting = Task.Run(() => pause.For(TimeSpan.FromDays(1)), TestContext.Current.CancellationToken);
        pause.Stop();
        Assert.False(await waiting);
        Assert.False(pause.For(TimeSpan.FromDays(1)));
        Assert.False(pause.For(TimeSpan.Zero));
    }

    [Fact]
    public void A_zero_or_negative_pause_returns_at_once()
    {
        using var pause = new Pause(_time);
        Assert.True(pause.For(TimeSpan.Zero));
        Assert.True(pause.For(TimeSpan.FromSeconds(-1)));
    }
}
