using LusEdge.Capture;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Capture;

public sealed class FrameRhythmTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FrameRhythm _rhythm;

    public FrameRhythmTests() => _rhythm = new FrameRhythm(_time);

    [Fact]
    public void Nothing_is_known_before_frames_have_come()
    {
        Assert.Null(_rhythm.Newest);
        Frames(3, milliseconds: 40);
        Assert.Equal(_time.GetTimestamp(), _rhythm.Newest);
        Assert.Null(_rhythm.Interval);
        Frames(1, milliseconds: 40);
        Assert.Equal(TimeSpan.FromMilliseconds(40), _rhythm.Interval);
    }

    [Fact]
    public void One_stall_does_not_change_the_interval()
    {
        Frames(10, milliseconds: 40);
        Frames(1, milliseconds: 9000);
        Assert.Equal(TimeSpan.FromMilliseconds(40), _rhythm.Interval);
    }

    [Fact]
    public void A_source_that_sends_less_than_it_declares_is_known_after_three_intervals()
    {
        Frames(10, milliseconds: 40);
        Frames(3, milliseconds: 1000);
        Assert.Equal(TimeSpan.FromSeconds(1), _rhythm.Interval);
    }

    [Fact]
    public void The_pause_before_a_reopened_feed_is_no_interval_and_an_older_frame_is_no_newer_one()
    {
        Frames(10, milliseconds: 40);
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            _rhythm.Record(_time.GetTimestamp(), startsFeed: true);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(40), _rhythm.Interval);
        long newest = _rhythm.Newest!.Value;
        _rhythm.Record(newest - 1, startsFeed: false);
        Assert.Equal(newest, _rhythm.Newest);
    }

    private void Frames(int count, int milliseconds)
    {
        for (int i = 0; i < count; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            _rhythm.Record(_time.GetTimestamp(), startsFeed: false);
        }
    }
}
