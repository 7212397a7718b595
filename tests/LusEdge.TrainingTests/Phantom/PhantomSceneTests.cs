using LusEdge.Training.Phantom;

namespace LusEdge.TrainingTests.Phantom;

public sealed class PhantomSceneTests
{
    private const int Scenes = 200;

    public static TheoryData<int> Grades => [.. Enumerable.Range(0, Appearance.Grades.Count)];

    [Fact]
    public void The_grades_are_those_of_the_scheme_in_order() =>
        Assert.Equal(["0", "0*", "1", "1*", "2", "2*", "3"], Appearance.Grades.Select(appearance => appearance.Grade));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 3, 4)]
    public void Below_grade_2_a_scene_has_the_B_lines_of_its_grade(int grade, int fewest, int most)
    {
        foreach (PhantomScene scene in Draw(grade))
            Assert.InRange(scene.BLines.Count(line => line.Length > 1), fewest, most);
    }

    [Theory]
    [MemberData(nameof(Grades))]
    public void B_lines_start_on_visible_pleura_during_the_whole_breath(int grade)
    {
        foreach (PhantomScene scene in Draw(grade))
            Assert.All(scene.BLines, line => Assert.InRange(Math.Abs(line.Position) + scene.Slide, 0, 1));
    }

    [Fact]
    public void Grade_2_starred_is_confluent_over_more_than_half_its_width_and_2_is_not()
    {
        Assert.All(Draw(4), scene => Assert.InRange(Confluent(scene), 0.1f, 0.3f));
        Assert.All(Draw(5), scene => Assert.InRange(Confluent(scene), 0.5f, 0.75f));
    }

    [Fact]
    public void Consolidations_begin_with_grade_2()
    {
        Assert.All(Draw(3), scene => Assert.Empty(scene.Consolidations));
        Assert.All(Draw(4), scene => Assert.NotEmpty(scene.Consolidations));
    }

    [Fact]
    public void Grade_3_is_white_and_often_consolidated()
    {
        PhantomScene[] scenes = [.. Draw(6)];
        Assert.All(scenes, scene => Assert.True(scene.WhiteLung > 0.9f));
        Assert.InRange(scenes.Count(scene => scene.Consolidations.Any(part => part.Depth > 0.2f)), Scenes * 0.35, Scenes * 0.65);
    }

    [Fact]
    public void A_seed_gives_the_same_chest_for_every_grade()
    {
        PhantomScene healthy = new(Appearance.Grades[0], 5), white = new(Appearance.Grades[6], 5);
        Assert.Equal(
            (healthy.PleuraDepth, healthy.BreathSeconds, healthy.Gain), (white.PleuraDepth, white.BreathSeconds, white.Gain));
        Assert.NotEqual(healthy.PleuraDepth, new PhantomScene(Appearance.Grades[0], 6).PleuraDepth);
    }

    private static IEnumerable<PhantomScene> Draw(int grade) =>
        Enumerable.Range(0, Scenes).Select(seed => new PhantomScene(Appearance.Grades[grade], (ulong)seed));

    /// <summary>The strands of a confluent band are broad and touch: their distance is about three standard deviations.</summary>
    private static float Confluent(PhantomScene scene)
    {
        PhantomScene.BLine[] strands = [.. scene.BLines.Where(line => line.Width > 0.05f)];
        return strands.Length == 0 ? 0 : strands.Sum(strand => strand.Width / 0.6f) / 1.7f;
    }
}
