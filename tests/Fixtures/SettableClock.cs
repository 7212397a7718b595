namespace LusEdge.Tests;

/// <summary>The real clocks, with a system clock that a test can set while the monotonic one runs on.</summary>
internal sealed class SettableClock : TimeProvider
{
    private long _ahead;

    /// <summary>By how much the system clock is ahead of the real one.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
