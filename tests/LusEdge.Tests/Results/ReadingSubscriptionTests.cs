using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Results;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Results;

public sealed class ReadingSubscriptionTests : IDisposable
{
    private static readonly ModelInUse Model = new(
        "m",
        "m@1:00000000",
        new string('0', 64),
        new ScoringScheme("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]),
        "cpu",
        "cpu",
        "fp32",
        new Dictionary<string, string>(),
        false);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(2));
    private readonly ReadingFanOut _results;
    private readonly ReadingSubscription _subscription;
    private readonly float[] _p = [0.1f, 0.2f, 0.3f, 0.4f];

    public ReadingSubscriptionTests()
    {
        _results = new ReadingFanOut(Model, _time);
        _subscription = _results.Subscribe();
    }

    public void Dispose() => _results.Dispose();

    [Fact]
    public void Readings_come_out_in_order_and_own_their_memory()
    {
        _results.Frame(Reading(1));
        _p[3] = 9;
        _results.Announce(new Announcement(FrameState.NoSignal, 0, null));

        QueuedReading first = _subscription.Peek()!;
        Assert.Equal(
            (1, FrameState.Live, 3, "3", 0.5f),
            (first.Frame, first.State, first.Score!.Severity, first.Score.Grade, first.Quality));
        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f], first.Score.P);
        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f], first.Smoothed!.P);
        _subscription.Advance();
        QueuedReading second = _subscription.Peek()!;
        Assert.Equal((null, FrameState.NoSignal, 0L), (second.Frame, second.State, second.Since));
        Assert.Equal(_time.GetUtcNow(), second.At);
        Assert.Null(second.Quality);
        _subscription.Advance();
        Assert.True(_subscription.IsEmpty);
        Assert.Null(_subscription.Peek());
    }

    [Fact]
    public void A_slots_old_score_does_not_leak_into_the_next_announcement()
    {
        for (int i = 0; i < ReadingSubscription.Capacity; i++)
        {
            _results.Frame(Reading(i));
            _subscription.Advance();
        }

        _results.Announce(new Announcement(FrameState.NoSignal, 0, null));
        Assert.Null(_subscription.Peek()!.Score);
        Assert.Null(_subscription.Peek()!.Smoothed);
    }

    [Fact]
    public void A_listener_that_reads_nothing_misses_counted_frames_and_delays_nobody()
    {
        ReadingSubscription other = _results.Subscribe();
        for (int i = 0; i < ReadingSubscription.Capacity + 3; i++)
        {
            _results.Frame(Reading(i));
            Assert.Equal(i, other.Peek()!.Frame);
            other.Advance();
        }

        for (int i = 0; i < 1000; i++) _results.Clip(Clip());
        Assert.Null(other.TakeMissed());
        Assert.Equal(0, _subscription.Peek()!.Frame);
        TelemetryGap gap = _subscription.TakeMissed()!;
        Assert.Equal(
            (DateTimeOffset.UnixEpoch.AddSeconds(128), DateTimeOffset.UnixEpoch.AddSeconds(130), 3),
            (gap.From, gap.To, gap.Frames));
        Assert.Null(_subscription.TakeMissed());
        Assert.Equal(1000, _subscription.Clips.Count);

        _subscription.Advance();
        _results.Frame(Reading(500));
        Assert.Null(_subscription.TakeMissed());
    }

    [Fact]
    public void Writing_a_frame_allocates_nothing_even_if_nobody_reads()
    {
        FrameReading reading = Reading(1);
        for (int i = 0; i < 200; i++) _results.Frame(reading);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) _results.Frame(reading);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_reading_keeps_its_model_when_one_with_more_grades_takes_over()
    {
        _results.Frame(Reading(1));
        _results.Clip(Clip());
        ModelInUse next = Model with { Reference = "n@1:11111111" };
        _results.Model(next);
        // Go around once, so that the same slots hold the wider scale.
        for (int i = 0; i < ReadingSubscription.Capacity; i++)
        {
            Assert.Same(i == 0 ? Model : next, _subscription.Peek()!.Model);
            _subscription.Advance();
            var wider = new Score(0, "0", new float[] { 1, 0, 0, 0, 0, 0, 0 });
            _results.Frame(new FrameReading(i, null, DateTimeOffset.UnixEpoch, FrameState.Live, wider, wider, TimeSpan.Zero));
        }

        Assert.Equal(7, _subscription.Peek()!.Score!.P.Length);
        Assert.True(_subscription.Clips.TryRead(out ClosedClip? clip));
        Assert.Same(Model, clip.Model);
    }

    [Fact]
    public async Task Clips_end_with_the_run()
    {
        _results.Clip(Clip());
        _results.Complete();
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.Single(await _subscription.Clips.ReadAllAsync(stop).ToArrayAsync(stop));
    }

    [Fact]
    public async Task Two_writers_and_a_reader_lose_nothing_and_keep_the_order()
    {
        const int Frames = 100_000;
        using var announcing = new CancellationTokenSource();
        Task announcer = Task.Run(() =>
        {
            while (!announcing.IsCancellationRequested)
                _results.Announce(new Announcement(FrameState.NoSignal, 0, null));
        }, TestContext.Current.CancellationToken);
        Task<int> reader = Task.Run(() =>
        {
            int announcements = 0;
            for (int expected = 0; expected < Frames;)
            {
                if (_subscription.Peek() is not { } reading) continue;
                if (reading.Frame is null)
                {
                    Assert.Equal(FrameState.NoSignal, reading.State);
                    announcements++;
                }
                else
                {
                    Assert.Equal(expected, reading.Frame);
                    Assert.Equal(expected, (int)reading.Score!.P[0]);
                    expected++;
                }

                _subscription.Advance();
            }

            return announcements;
        }, TestContext.Current.CancellationToken);
        for (int i = 0; i < Frames && !reader.IsFaulted; i++)
        {
            _p[0] = i;
            do _results.Frame(Reading(i));
            while (_subscription.TakeMissed() is not null);
        }

        await announcing.CancelAsync();
        await announcer;
        Assert.NotEqual(0, await reader);
    }

    private static ClipSummary Clip() =>
        new(0, 1, default, default, 2, 2, "rule", 0, "0", [1, 0, 0, 0], [2, 0, 0, 0], new Dictionary<FrameState, int>(), null);

    private FrameReading Reading(long frame)
    {
        var score = new Score(3, "3", _p);
        DateTimeOffset at = DateTimeOffset.UnixEpoch.AddSeconds(frame);
        return new FrameReading(frame, null, at, FrameState.Live, score, score, TimeSpan.Zero)
        {
            Signal = FrameState.Live,
            Quality = 0.5f,
        };
    }
}
