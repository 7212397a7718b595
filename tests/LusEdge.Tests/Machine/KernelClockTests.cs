using LusEdge.Contract;
using LusEdge.Machine;

namespace LusEdge.Tests.Machine;

public sealed class KernelClockTests
{
    [Fact]
    public void The_kernel_reports_an_error_bound_only_when_synchronised()
    {
        ClockStatus? clock = KernelClock.Read();
        Assert.NotNull(clock);
        Assert.Equal(clock.Sync == ClockSync.Ntp, clock.ErrMs is not null);
        if (clock.ErrMs is { } error) Assert.InRange(error, 0, 16_000);
    }
}
