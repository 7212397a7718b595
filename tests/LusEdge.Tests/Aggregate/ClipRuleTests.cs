using LusEdge.Aggregate;

namespace LusEdge.Tests.Aggregate;

public sealed class ClipRuleTests
{
    private static readonly ClipRule Rule = new(HeldFrames: 12, HeldShare: 0.25, MinFrames: 25);

    [Fact]
    public void A_grade_held_for_a_full_run_counts_however_small_its_share() =>
        Assert.Equal(2, Rule.Grade(usable: 1000, atLeast: [1000, 12, 12, 0], longestRun: [1000, 12, 12, 0]));

    [Fact]
    public void A_grade_with_enough_share_counts_however_short_its_runs() =>
        Assert.Equal(3, Rule.Grade(usable: 40, atLeast: [40, 10, 10, 10], longestRun: [40, 1, 1, 1]));

    [Fact]
    public void One_frame_short_of_run_and_share_gives_the_grade_below() =>
        Assert.Equal(1, Rule.Grade(usable: 100, atLeast: [100, 60, 24, 24], longestRun: [100, 60, 11, 11]));

    [Fact]
    public void A_single_high_frame_does_not_decide() =>
        Assert.Equal(0, Rule.Grade(usable: 100, atLeast: [100, 1, 1, 1], longestRun: [100, 1, 1, 1]));

    [Theory]
    [InlineData(24, null)]
    [InlineData(25, 0)]
    public void Too_few_graded_frames_give_no_grade(int usable, int? expected) =>
        Assert.Equal(expected, Rule.Grade(usable, [usable, 0], [usable, 0]));

    [Fact]
    public void No_frames_give_no_grade_even_without_a_minimum() =>
        Assert.Null((Rule with { MinFrames = 0 }).Grade(0, [0, 0], [0, 0]));

    [Fact]
    public void The_id_contains_every_number_of_the_rule() => Assert.Equal("held-12f-25pct-min25", Rule.Id);
}
