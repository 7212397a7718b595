using System.Text.RegularExpressions;
using LusEdge.Contract;
using LusEdge.Preprocess;
using LusEdge.Signal;
using LusEdge.Tests.House;

namespace LusEdge.Tests.Signal;

/// <summary>Walks every combination of facts and holds docs/states.md to the result.</summary>
public sealed partial class SignalJudgeTests
{
    private const float BlackMean = 3, MinQuality = 0.4f, MinConfidence = 0.5f;
    private static readonly TimeSpan FrozenAfter = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan Young = TimeSpan.FromMilliseconds(20), Old = SignalJudge.OldestScore + TimeSpan.FromTicks(1);
    private static readonly SignalJudge Judge = new(new SignalThresholds(BlackMean, FrozenAfter, MinQuality, MinConfidence));
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs/states.md"));

    /// <summary>A frame's facts, each a yes or no; in the order of the document's rows.</summary>
    [Flags]
    private enum Frame
    {
        None = 0,
        Damaged = 1,
        OldWhenTaken = 2,
        OtherSize = 4,
        Dark = 8,
        Still = 16,
        NoAnswer = 32,
        OldWhenAnswered = 64,
        Unfamiliar = 128,
        Unsure = 256,
    }

    [Flags]
    private enum Feed
    {
        None = 0,
        Stopped = 1,
        NeverSent = 2,
        Error = 4,
        Silent = 8,
        Busy = 16,
    }

    [Fact]
    public void Every_combination_of_a_frames_facts_has_the_state_of_the_documents_first_row_that_applies()
    {
        string[] rows = RowsOf("## A frame's state");
        Frame[] conditions = [.. Enum.GetValues<Frame>().Where(fact => fact != Frame.None)];
        Assert.Equal(conditions.Length + 1, rows.Length);

        for (int facts = 0; facts < 1 << conditions.Length; facts++)
        {
            // Age only rises.
            if (((Frame)facts).HasFlag(Frame.OldWhenTaken) && !((Frame)facts).HasFlag(Frame.OldWhenAnswered)) continue;
            string expected = rows[Array.FindIndex([.. conditions, Frame.None], condition => ((Frame)facts & condition) == condition)];
            Assert.Equal((expected, (Frame)facts), (NameOf(StateOf((Frame)facts, FrameState.Live)), (Frame)facts));
        }
    }

    [Fact]
    public void Every_combination_of_a_feeds_facts_has_the_state_of_the_documents_first_row_that_applies()
    {
        string[] rows = RowsOf("## What is said while no verdict comes");
        Predicate<Feed>[] conditions =
        [
            facts => facts.HasFlag(Feed.Stopped),
            facts => facts.HasFlag(Feed.NeverSent | Feed.Error),
            facts => facts.HasFlag(Feed.NeverSent),
            facts => facts.HasFlag(Feed.Silent),
            facts => facts.HasFlag(Feed.Busy),
        ];
        Assert.Equal(conditions.Length, rows.Length);
        for (int bits = 0; bits < 32; bits++)
        {
            var facts = (Feed)bits;
            int row = Array.FindIndex(conditions, condition => condition(facts));
            FrameState? state = SignalJudge.OfFeed(new FeedFacts
            {
                HasStopped = facts.HasFlag(Feed.Stopped),
                HasSentFrames = !facts.HasFlag(Feed.NeverSent),
                HasError = facts.HasFlag(Feed.Error),
                Silence = facts.HasFlag(Feed.Silent) ? SignalJudge.UsualStall : TimeSpan.Zero,
                FrameInterval = TimeSpan.FromMilliseconds(40),
                Busy = facts.HasFlag(Feed.Busy) ? SignalJudge.LongestFrame : TimeSpan.Zero,
            });
            Assert.Equal((row < 0 ? null : rows[row], facts), (state is { } said ? NameOf(said) : null, facts));
        }
    }

    [Fact]
    public void A_score_appears_in_no_state_but_live_and_every_fact_alone_ends_it_at_once()
    {
        foreach (Frame fact in Enum.GetValues<Frame>().Where(fact => fact != Frame.None))
            Assert.NotEqual(FrameState.Live, StateOf(fact == Frame.OldWhenTaken ? fact | Frame.OldWhenAnswered : fact, FrameState.Live));
    }

    [Theory]
    [InlineData(FrameState.Black, 3f, 3.99f, 4f)]
    [InlineData(FrameState.Ood, 0.4f, 0.459f, 0.461f)]
    [InlineData(FrameState.LowConfidence, 0.5f, 0.549f, 0.551f)]
    public void A_signal_at_a_limit_leaves_live_at_once_and_returns_only_beyond_a_margin(FrameState state, float limit, float within, float beyond)
    {
        Assert.Equal(FrameState.Live, Of(limit, FrameState.Live));
        Assert.Equal(state, Of(limit - 0.001f, FrameState.Live));
        Assert.Equal(state, Of(within, state));
        Assert.Equal(FrameState.Live, Of(beyond, state));

        // The margin belongs to the state that was left: after another one, the limit alone counts.
        Assert.Equal(FrameState.Live, Of(limit, FrameState.Corrupt));

        // A value that swings around the limit within the margin changes the state once.
        FrameState now = FrameState.Live;
        int changes = 0;
        for (int i = 0; i < 100; i++)
        {
            FrameState next = Of(i % 2 == 0 ? limit - 0.001f : within, now);
            changes += next == now ? 0 : 1;
            now = next;
        }

        Assert.Equal(1, changes);

        FrameState Of(float value, FrameState previous) => state switch
        {
            FrameState.Black => Judge.OfPicture(Good with { MeanGray = value }, Young, previous),
            FrameState.Ood => Judge.OfAnswer([1, 0], value, Young, previous),
            _ => Judge.OfAnswer([value, (1 - value) / 2, (1 - value) / 2], 1, Young, previous),
        };
    }

    [Fact]
    public void A_limit_of_zero_is_switched_off_and_a_limit_near_one_can_be_reached_again()
    {
        var none = new SignalJudge(new SignalThresholds(0, null, 0, 0));
        Assert.Equal(FrameState.Live, none.OfPicture(Good with { MeanGray = 0, StillFor = TimeSpan.FromHours(1) }, Young, FrameState.Black));
        Assert.Equal(FrameState.Live, none.OfAnswer([0.5f, 0.5f], 0, Young, FrameState.Ood));
        Assert.Equal(FrameState.Live, none.OfAnswer([0.5f, 0.5f], null, Young, FrameState.LowConfidence));
        var strict = new SignalJudge(new SignalThresholds(0, null, 0.99f, 0));
        Assert.Equal(FrameState.Live, strict.OfAnswer([1, 0], 1, Young, FrameState.Ood));
    }

    [Fact]
    public void Old_pictures_return_only_when_they_are_clearly_young()
    {
        Assert.Equal(FrameState.Stale, Judge.OfPicture(Good, SignalJudge.OldestScore, FrameState.Stale));
        Assert.Equal(FrameState.Live, Judge.OfPicture(Good, SignalJudge.OldestScore - SignalJudge.AgeMargin, FrameState.Stale));
        Assert.Equal(FrameState.Live, Judge.OfPicture(Good, SignalJudge.OldestScore, FrameState.Live));
    }

    [Theory]
    [InlineData(40, 0.5)]
    [InlineData(166, 0.5)]
    [InlineData(200, 0.6)]
    [InlineData(1000, 3)]
    public void A_feed_of_few_frames_has_stalled_when_three_are_missing(int intervalMs, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SignalJudge.StallOf(TimeSpan.FromMilliseconds(intervalMs)));

    [Fact]
    public void The_documents_values_are_the_programs()
    {
        Assert.Contains($"more than {SignalJudge.OldestScore.TotalSeconds:0} s ago", Document, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"at {(SignalJudge.OldestScore - SignalJudge.AgeMargin).TotalSeconds:0.0} s or less"), Document, StringComparison.Ordinal);
        Assert.Contains($"at {SignalJudge.BlackMargin:0} gray level above", Document, StringComparison.Ordinal);
        Assert.Equal((0.1f, 3), (SignalJudge.ReturnShare, SignalJudge.StallFrames)); // "a tenth", "three"
        Assert.Contains(FormattableString.Invariant($"for {SignalJudge.UsualStall.TotalSeconds:0.0} s, or for three"), Document, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"with one frame for {SignalJudge.LongestFrame.TotalSeconds:0.0} s"), Document, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_state_has_its_meaning_in_the_document_and_something_that_emits_it()
    {
        Assert.Equal(Enum.GetValues<FrameState>().Select(NameOf).Order(), RowsOf("## States by their meaning").Order());
        Assert.Equal(
            Enum.GetValues<FrameState>().Select(NameOf).Order(),
            RowsOf("## A frame's state").Concat(RowsOf("## What is said while no verdict comes")).Distinct().Order());
    }

    private static PictureFacts Good => new() { FitsGeometry = true, MeanGray = 90 };

    private static FrameState StateOf(Frame facts, FrameState previous)
    {
        var picture = new PictureFacts
        {
            IsDamaged = facts.HasFlag(Frame.Damaged),
            FitsGeometry = !facts.HasFlag(Frame.OtherSize),
            MeanGray = facts.HasFlag(Frame.Dark) ? BlackMean - 0.1f : 90,
            StillFor = facts.HasFlag(Frame.Still) ? FrozenAfter : TimeSpan.Zero,
        };
        FrameState state = Judge.OfPicture(picture, facts.HasFlag(Frame.OldWhenTaken) ? Old : Young, previous);
        if (state != FrameState.Live) return state;
        float[] p = facts.HasFlag(Frame.NoAnswer) ? [] : facts.HasFlag(Frame.Unsure) ? [0.49f, 0.3f, 0.21f] : [0.9f, 0.1f, 0];
        return Judge.OfAnswer(p, facts.HasFlag(Frame.Unfamiliar) ? 0.39f : 0.9f, facts.HasFlag(Frame.OldWhenAnswered) ? Old : Young, previous);
    }

    private static string NameOf(FrameState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>The states in the rows of the table below a heading.</summary>
    private static string[] RowsOf(string heading)
    {
        string section = Document[(Document.IndexOf(heading, StringComparison.Ordinal) + heading.Length)..];
        int end = section.IndexOf("\n## ", StringComparison.Ordinal);
        return [.. State().Matches(end < 0 ? section : section[..end]).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"^\| (?:\d+ \| )?`(\w+)`", RegexOptions.Multiline)]
    private static partial Regex State();
}
