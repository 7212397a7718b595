namespace LusEdge.Tests;

public sealed class ShutdownBudgetTests
{
    /// <summary>The rest is for the runtime's own end, and for a machine that is busy.</summary>
    [Fact]
    public void The_parts_leave_more_than_a_second_of_what_is_promised()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), ShutdownBudget.Promised);
        Assert.True(ShutdownBudget.Total + TimeSpan.FromSeconds(1) <= ShutdownBudget.Promised, $"{ShutdownBudget.Total}");
    }
}
