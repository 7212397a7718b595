using System.Text.RegularExpressions;
using LusEdge.Contract;
using LusEdge.Judge;
using LusEdge.Preprocess;
using LusEdge.Tests.House;

namespace LusEdge.Tests.Judge;

/// <summary>Tries every combination of facts and compares the result with docs/states.md.</summary>
public sealed partial class SignalJudgeTests
{
    private const float BlackMean = 3, MinQuality = 0.4f, MinConfidence = 0.5f;
    private static readonly TimeSpan FrozenAfter = TimeSpan.FromSeconds(0.8);
    private const bool Young = false, Old = true;
    private static readonly SignalJudge Judge = new(new SignalThresholds(BlackMean, FrozenAfter, MinQuality, MinConfidence));
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs/states.md"));

    /// <summary>A frame's facts, each true or false, in the order of the document's rows.</summary>
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
        Behind = 32,
    }

    [Fact]
    public void Every_combination_of_frame_facts_gets_the_state_that_the_document_gives()
    {
        string[] rows = RowsOf("## A frame's state");
        Frame[] conditions = [.. Enum.GetValues<Frame>().Where(fact => fact != Frame.None)];
        Assert.Equal(conditions.Length + 1, rows.Length);

        for (int facts = 0; facts < 1 << conditions.Length; facts++)
        {
            // Age only rises.
            if (((Frame)facts).HasFlag(Frame.OldWhenTaken) && !((Frame)facts).HasFlag(Frame.OldWhenAnswered)) continue;
            int row = Array.FindIndex([.. conditions, Frame.None], condition => ((Frame)facts & condition) == condition);
            string expected = rows[row];
            Assert.Equal((expected, (Frame)facts), (NameOf(StateOf((Frame)facts)), (Frame)facts));
        }
    }

    [Fact]
    public void Every_combination_of_feed_facts_gets_the_state_that_the_document_gives()
    {
        string[] rows = RowsOf("## The signal's state while no frame is judged");
        Predicate<Feed>[] conditions =
        [
            facts => facts.HasFlag(Feed.Stopped),
            facts => facts.HasFlag(Feed.NeverSent | Feed.Error),
            facts => facts.HasFlag(Feed.NeverSent),
            facts => facts.HasFlag(Feed.Silent | Feed.Behind),
            facts => facts.HasFlag(Feed.Silent),
            facts => facts.HasFlag(Feed.Busy),
        ];
        Assert.Equal(conditions.Length, rows.Length);
        for (int bits = 0; bits < 64; bits++)
        {
            var facts = (Feed)bits;
            int row = Array.FindIndex(conditions, condition => condition(facts));
            FrameState? state = SignalJudge.OfFeed(new FeedFacts
            {
                HasStopped = facts.HasFlag(Feed.Stopped),
                HasSentFrames = !facts.HasFlag(Feed.NeverSent),
                HasError = facts.HasFlag(Feed.Error),
                Silence = facts.HasFlag(Feed.Silent) ? SignalJudge.MinStall : TimeSpan.Zero,
                IsBehind = facts.HasFlag(Feed.Behind),
                FrameInterval = TimeSpan.FromMilliseconds(40),
                Busy = facts.HasFlag(Feed.Busy) ? SignalJudge.MaxBusy : TimeSpan.Zero,
            });
            Assert.Equal((row < 0 ? null : rows[row], facts), (state is { } said ? NameOf(said) : null, facts));
        }
    }

    [Fact]
    public void Only_live_has_a_score_and_any_single_fact_ends_live()
    {
        foreach (Frame fact in Enum.GetValues<Frame>().Where(fact => fact != Frame.None))
            Assert.NotEqual(FrameState.Live, StateOf(fact == Frame.OldWhenTaken ? fact | Frame.OldWhenAnswered : fact));
    }

    [Theory]
    [InlineData(FrameState.Black, 3f)]
    [InlineData(FrameState.Ood, 0.4f)]
    [InlineData(FrameState.LowConfidence, 0.5f)]
    public void A_value_at_its_limit_is_live_and_one_below_is_not(FrameState state, float limit)
    {
        Assert.Equal(FrameState.Live, Of(limit));
        Assert.Equal(state, Of(limit - 0.001f));

        FrameState Of(float value) => state switch
        {
            FrameState.Black => Judge.OfPicture(Good with { MeanGray = value }, Young),
            FrameState.Ood => Judge.OfAnswer([1, 0], value, Young),
            _ => Judge.OfAnswer([value, (1 - value) / 2, (1 - value) / 2], 1, Young),
        };
    }

    [Fact]
    public void A_limit_of_zero_is_off()
    {
        var none = new SignalJudge(new SignalThresholds(0, null, 0, 0));
        Assert.Equal(FrameState.Live, none.OfPicture(Good with { MeanGray = 0, StillFor = TimeSpan.FromHours(1) }, Young));
        Assert.Equal(FrameState.Live, none.OfAnswer([0.5f, 0.5f], 0, Young));
        Assert.Equal(FrameState.Live, none.OfAnswer([0.5f, 0.5f], null, Young));
    }

    [Fact]
    public void The_signal_leaves_live_at_once_and_is_live_only_if_the_frame_is()
    {
        var random = new Random(3);
        FrameState[] states = Enum.GetValues<FrameState>();
        SignalState signal = new(FrameState.Starting, null);
        for (int frame = 0; frame < 20_000; frame++)
        {
            FrameState state = random.Next(3) == 0 ? states[random.Next(states.Length)] : FrameState.Live;
            signal = SignalJudge.Debounce(signal, state, frame * TimeSpan.FromMilliseconds(40));
            if (state != FrameState.Live) Assert.Equal(state, signal.State);
        }
    }

    [Theory]
    [InlineData(FrameState.Black, true)]
    [InlineData(FrameState.Ood, true)]
    [InlineData(FrameState.LowConfidence, true)]
    [InlineData(FrameState.Stale, true)]
    [InlineData(FrameState.Frozen, false)]
    [InlineData(FrameState.Corrupt, false)]
    [InlineData(FrameState.ModeChanged, false)]
    [InlineData(FrameState.Failed, false)]
    [InlineData(FrameState.Starting, false)]
    public void The_signal_returns_from_a_state_with_a_limit_once_frames_stay_live(FrameState state, bool waits)
    {
        SignalState signal = SignalJudge.Debounce(new SignalState(FrameState.Live, TimeSpan.Zero), state, At(0));
        for (int frame = 1; frame <= 8; frame++)
        {
            signal = SignalJudge.Debounce(signal, FrameState.Live, At(frame));
            Assert.Equal(waits ? state : FrameState.Live, signal.State);
        }

        // Live since frame 1; 0.3 s later is frame 9.
        Assert.Equal(FrameState.Live, SignalJudge.Debounce(signal, FrameState.Live, At(9)).State);

        static TimeSpan At(int frame) => frame * TimeSpan.FromMilliseconds(40);
    }

    [Fact]
    public void A_signal_that_swings_around_a_limit_changes_state_once()
    {
        SignalState signal = new(FrameState.Live, TimeSpan.Zero);
        int changes = 0;
        for (int frame = 0; frame < 200; frame++)
        {
            SignalState next = SignalJudge.Debounce(
                signal, frame % 3 == 0 ? FrameState.LowConfidence : FrameState.Live, frame * TimeSpan.FromMilliseconds(40));
            changes += next.State == signal.State ? 0 : 1;
            signal = next;
        }

        Assert.Equal(1, changes);
    }

    [Fact]
    public void Feed_time_that_goes_back_restarts_the_wait()
    {
        var signal = new SignalState(FrameState.Ood, TimeSpan.FromSeconds(100));
        signal = SignalJudge.Debounce(signal, FrameState.Live, TimeSpan.Zero);
        Assert.Equal(new SignalState(FrameState.Ood, TimeSpan.Zero), signal);
        Assert.Equal(FrameState.Live, SignalJudge.Debounce(signal, FrameState.Live, SignalJudge.DebounceTime).State);
    }

    [Theory]
    [InlineData(40, 0.5)]
    [InlineData(166, 0.5)]
    [InlineData(200, 0.6)]
    [InlineData(1000, 3)]
    public void A_slow_feed_has_stalled_when_three_frames_are_missing(int intervalMs, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SignalJudge.StallAfter(TimeSpan.FromMilliseconds(intervalMs)));

    [Theory]
    [InlineData(40, 1)]
    [InlineData(500, 1)]
    [InlineData(1000, 2)]
    public void A_picture_of_a_slow_feed_is_too_old_after_two_frame_intervals(int intervalMs, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SignalJudge.MaxAge(TimeSpan.FromMilliseconds(intervalMs)));

    [Fact]
    public void The_documents_values_match_the_code()
    {
        Assert.Equal(2, SignalJudge.MaxAgeFrames); // "two"
        Contains($"more than {SignalJudge.MaxScoreAge.TotalSeconds:0} s ago");
        Contains($"been live for {SignalJudge.DebounceTime.TotalSeconds:0.0} s, so");
        Assert.Equal(3, SignalJudge.StallFrames); // "three"
        Contains($"for {SignalJudge.MinStall.TotalSeconds:0.0} s, or for three");
        Contains($"with one frame for {SignalJudge.MaxBusy.TotalSeconds:0.0} s");

        static void Contains(FormattableString text) =>
            Assert.Contains(FormattableString.Invariant(text), Document.Replace('\n', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_explains_every_state_and_what_emits_it()
    {
        Assert.Equal(Enum.GetValues<FrameState>().Select(NameOf).Order(), RowsOf("## What the states mean").Order());
        Assert.Equal(
            Enum.GetValues<FrameState>().Select(NameOf).Order(),
            RowsOf("## A frame's state").Concat(RowsOf("## The signal's state while no frame is judged")).Distinct().Order());
    }

    private static PictureFacts Good => new() { FitsGeometry = true, MeanGray = 90 };

    private static FrameState StateOf(Frame facts)
    {
        var picture = new PictureFacts
        {
            IsDamaged = facts.HasFlag(Frame.Damaged),
            FitsGeometry = !facts.HasFlag(Frame.OtherSize),
            MeanGray = facts.HasFlag(Frame.Dark) ? BlackMean - 0.1f : 90,
            StillFor = facts.HasFlag(Frame.Still) ? FrozenAfter : TimeSpan.Zero,
        };
        FrameState state = Judge.OfPicture(picture, facts.HasFlag(Frame.OldWhenTaken) ? Old : Young);
        if (state != FrameState.Live) return state;
        float[] p = facts.HasFlag(Frame.NoAnswer) ? [] : facts.HasFlag(Frame.Unsure) ? [0.49f, 0.3f, 0.21f] : [0.9f, 0.1f, 0];
        float quality = facts.HasFlag(Frame.Unfamiliar) ? 0.39f : 0.9f;
        return Judge.OfAnswer(p, quality, facts.HasFlag(Frame.OldWhenAnswered) ? Old : Young);
    }

    private static string NameOf(FrameState state) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>The states in the table below a heading.</summary>
    private static string[] RowsOf(string heading)
    {
        string section = Document[(Document.IndexOf(heading, StringComparison.Ordinal) + heading.Length)..];
        int end = section.IndexOf("\n## ", StringComparison.Ordinal);
        return [.. State().Matches(end < 0 ? section : section[..end]).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"^\| (?:\d+ \| )?`(\w+)`", RegexOptions.Multiline)]
    private static partial Regex State();
}
