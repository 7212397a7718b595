using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Tests.Aggregate;

public sealed class AggregatorTests
{
    private static readonly ScoringScheme Seven = new(
        "sanmatteo-7", ["0", "0*", "1", "1*", "2", "2*", "3"], [0, 0, 1, 1, 2, 2, 3]);
    private static readonly DateTimeOffset T0 = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(40);
    private long _next;

    [Fact]
    public void A_starred_class_keeps_its_label_and_counts_as_its_integer_part()
    {
        FrameReading reading = Feed(New(), FrameState.Live, Certain(3));

        Assert.Equal(FrameState.Live, reading.State);
        Assert.Equal("1*", reading.Score!.Value.Grade);
        Assert.Equal(1, reading.Score.Value.Severity);
        Assert.Equal(Certain(3), reading.Score.Value.P.ToArray());
    }

    [Theory]
    [InlineData(FrameState.Corrupt)]
    [InlineData(FrameState.Black)]
    [InlineData(FrameState.ModeChanged)]
    public void A_picture_that_is_not_live_has_no_score_even_if_the_model_ran(FrameState picture)
    {
        Aggregator aggregator = New(bestGuess: true);
        FrameReading reading = Feed(aggregator, picture, Certain(6));

        Assert.Equal(picture, reading.State);
        Assert.Null(reading.Score);
        Assert.Null(reading.Smoothed);
    }

    [Theory]
    [InlineData(FrameState.Ood)]
    [InlineData(FrameState.Corrupt)]
    public void Quality_is_reported_in_every_state_and_never_brings_a_score(FrameState picture)
    {
        Aggregator aggregator = New(bestGuess: true);
        FrameReading reading = Feed(aggregator, picture, Certain(6), quality: 0.125f);

        Assert.Equal(0.125f, reading.Quality);
        Assert.Null(reading.Score);
        Assert.Null(reading.Smoothed);
        Assert.Null(Feed(aggregator, picture, [], quality: null).Quality);
    }

    [Theory]
    [InlineData(FrameState.Black, "3")]
    [InlineData(FrameState.Frozen, "3")]
    [InlineData(FrameState.ModeChanged, "3")]
    [InlineData(FrameState.Ood, "3")]
    [InlineData(FrameState.Corrupt, "0")]
    public void Smoothing_restarts_after_an_interruption_but_not_after_a_damaged_frame(FrameState between, string grade)
    {
        Aggregator aggregator = New();
        for (int i = 0; i < 20; i++) Feed(aggregator, FrameState.Live, Certain(0), quality: 1);
        Assert.Equal(between, Feed(aggregator, between, between == FrameState.Ood ? Certain(0) : [], quality: 0).State);
        Assert.Equal(grade, Feed(aggregator, FrameState.Live, Certain(6), quality: 1).Smoothed!.Value.Grade);
    }

    [Fact]
    public void Smoothing_follows_the_time_constant()
    {
        Aggregator aggregator = New(options: new AggregateOptions { SmoothingTime = FrameInterval });
        Feed(aggregator, FrameState.Live, Certain(0));
        FrameReading reading = Feed(aggregator, FrameState.Live, Certain(6));

        // One time constant later the new value weighs 1 - 1/e = 0.632.
        Assert.Equal(1 - MathF.Exp(-1), reading.Smoothed!.Value.P.Span[6], 4);
        Assert.Equal(1f, reading.Smoothed.Value.P.ToArray().Sum(), 5);
        Assert.Equal("3", reading.Smoothed.Value.Grade);
    }

    [Fact]
    public void One_odd_frame_changes_its_own_grade_but_not_the_smoothed_one()
    {
        Aggregator aggregator = New();
        for (int i = 0; i < 20; i++) Feed(aggregator, FrameState.Live, Certain(0));
        FrameReading reading = Feed(aggregator, FrameState.Live, Certain(6));

        Assert.Equal("3", reading.Score!.Value.Grade);
        Assert.Equal("0", reading.Smoothed!.Value.Grade);
    }

    [Fact]
    public void Smoothing_restarts_after_a_gap_of_over_a_second()
    {
        Aggregator aggregator = New();
        for (int i = 0; i < 20; i++) Feed(aggregator, FrameState.Live, Certain(0));
        _next += 26;
        Assert.Equal("3", Feed(aggregator, FrameState.Live, Certain(6)).Smoothed!.Value.Grade);
    }

    [Fact]
    public void A_clip_counts_every_frame_by_its_state_and_grade()
    {
        Aggregator aggregator = New(options: new AggregateOptions { SmoothingTime = TimeSpan.Zero });
        for (int i = 0; i < 30; i++) Feed(aggregator, FrameState.Live, Certain(2));
        for (int i = 0; i < 15; i++) Feed(aggregator, FrameState.Live, Certain(5));
        Feed(aggregator, FrameState.Corrupt, []);
        Feed(aggregator, FrameState.Black, []);
        Feed(aggregator, FrameState.Black, []);
        ClipSummary clip = aggregator.CloseClip()!;

        Assert.Equal(48, clip.Frames);
        Assert.Equal(45, clip.Usable);
        Assert.Equal([0, 0, 30, 0, 0, 15, 0], clip.Distribution);
        Assert.Equal(1, clip.Withheld[FrameState.Corrupt]);
        Assert.Equal(2, clip.Withheld[FrameState.Black]);
        Assert.Equal("2*", clip.Grade);
        Assert.Equal(2, clip.Severity);
        Assert.Equal(30f / 45, clip.P![2], 5);
        Assert.Null(clip.Reason);
        Assert.Equal((0, 47), (clip.FirstFrame, clip.LastFrame));
        Assert.Equal(T0 + (47 * FrameInterval), clip.End);
        Assert.Null(aggregator.CloseClip());
    }

    [Fact]
    public void A_clip_with_too_few_good_frames_says_so_and_has_no_grade()
    {
        Aggregator aggregator = New();
        for (int i = 0; i < 24; i++) Feed(aggregator, FrameState.Live, Certain(6));
        ClipSummary clip = aggregator.CloseClip()!;

        Assert.Equal("insufficient_data", clip.Reason);
        Assert.Null(clip.Severity);
        Assert.Null(clip.Grade);
        Assert.Equal(24, clip.Usable);
    }

    [Fact]
    public void A_best_guess_grades_a_clip_of_unusable_frames_and_says_so()
    {
        Aggregator aggregator = New(bestGuess: true);
        for (int i = 0; i < 3; i++) Feed(aggregator, FrameState.Black, Certain(4));
        ClipSummary clip = aggregator.CloseClip()!;

        Assert.Equal("2", clip.Grade);
        Assert.Equal(0, clip.Usable);
        Assert.Equal(3, clip.Frames);
        Assert.EndsWith("+best-guess", clip.Rule);
        Assert.Null(clip.Reason);
    }

    [Fact]
    public void A_best_guess_leaves_a_clip_with_enough_good_frames_alone()
    {
        Aggregator aggregator = New(bestGuess: true);
        for (int i = 0; i < 25; i++) Feed(aggregator, FrameState.Live, Certain(0));
        for (int i = 0; i < 25; i++) Feed(aggregator, FrameState.Black, Certain(6));
        ClipSummary clip = aggregator.CloseClip()!;

        Assert.Equal("0", clip.Grade);
        Assert.DoesNotContain("guess", clip.Rule);
    }

    [Fact]
    public void A_live_feed_is_cut_at_the_configured_length_and_at_restarts()
    {
        Aggregator aggregator = New(
            options: new AggregateOptions { ClipLength = TimeSpan.FromSeconds(2) }, wholeFeedIsOneClip: false);
        Assert.False(aggregator.ClipEndsBefore(startsFeed: true, TimeSpan.Zero));
        Feed(aggregator, FrameState.Live, Certain(0));

        Assert.False(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromSeconds(1.99)));
        Assert.True(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromSeconds(2)));
        Assert.True(aggregator.ClipEndsBefore(startsFeed: true, TimeSpan.FromSeconds(0.04)));
    }

    [Fact]
    public void A_clip_carries_its_zone_and_the_next_one_does_not_inherit_it()
    {
        Aggregator aggregator = New();
        aggregator.Zone = "right-anterior-upper";
        Feed(aggregator, FrameState.Live, Certain(0));
        Assert.Equal("right-anterior-upper", aggregator.CloseClip()!.Zone);
        aggregator.Zone = null;
        Feed(aggregator, FrameState.Live, Certain(0));
        Assert.Null(aggregator.CloseClip()!.Zone);
    }

    [Fact]
    public void After_a_clip_closes_the_next_frame_starts_a_new_length()
    {
        Aggregator aggregator = New(
            options: new AggregateOptions { ClipLength = TimeSpan.FromSeconds(2) }, wholeFeedIsOneClip: false);
        Feed(aggregator, FrameState.Live, Certain(0));
        aggregator.CloseClip();
        Assert.False(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromSeconds(5)));
        _next = 125;
        Feed(aggregator, FrameState.Live, Certain(0));
        Assert.False(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromSeconds(6.9)));
        Assert.True(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void A_file_is_one_clip_however_long()
    {
        Aggregator aggregator = New();
        Feed(aggregator, FrameState.Live, Certain(0));
        Assert.False(aggregator.ClipEndsBefore(startsFeed: false, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Grading_a_frame_allocates_nothing()
    {
        Aggregator aggregator = New();
        float[] p = Certain(2);
        Feed(aggregator, FrameState.Live, p);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Feed(aggregator, FrameState.Live, p);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Aggregator New(
        AggregateOptions? options = null, bool wholeFeedIsOneClip = true, bool bestGuess = false) =>
        new(Seven, options ?? new AggregateOptions(), wholeFeedIsOneClip, bestGuess);

    private static float[] Certain(int grade) => [.. Enumerable.Range(0, 7).Select(i => i == grade ? 1f : 0f)];

    private FrameReading Feed(Aggregator aggregator, FrameState picture, ReadOnlySpan<float> p, float? quality = null)
    {
        TimeSpan at = _next * FrameInterval;
        return aggregator.Add(_next++, at, T0 + at, at, picture, p, quality);
    }
}
