using LusEdge.Contract;
using LusEdge.Publish.Telemetry;

namespace LusEdge.Tests.Publish.Telemetry;

public sealed class TelemetryLossTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly TelemetryLoss _loss = new();

    [Fact]
    public void Dropped_frames_are_one_gap_from_the_first_to_the_last()
    {
        _loss.Dropped(Start.AddSeconds(2));
        _loss.Dropped(Start.AddSeconds(1));
        _loss.Dropped(Start.AddSeconds(3), Start.AddSeconds(9), 5);
        Assert.Equal(new TelemetryGap(Start.AddSeconds(1), Start.AddSeconds(9), 7), _loss.Take());
        Assert.Null(_loss.Take());
    }

    [Fact]
    public void Frames_sent_before_an_accepted_probe_have_arrived()
    {
        Sent(1);
        _loss.ProbeSent();
        Sent(2);
        _loss.ProbeAnswered(isAccepted: true);
        _loss.ConnectionLost();
        Assert.Equal(new TelemetryGap(Start.AddSeconds(2), Start.AddSeconds(2), 1), _loss.Take());
    }

    [Fact]
    public void Frames_sent_since_the_last_accepted_probe_count_as_lost()
    {
        Sent(1);
        _loss.ProbeSent();
        _loss.ProbeAnswered(isAccepted: true);
        Sent(2);
        _loss.ProbeSent();
        Sent(3);
        // A ping says that the broker has read them, not that it accepted them.
        _loss.PingSent();
        _loss.PingAnswered();
        _loss.ProbeSent();
        Sent(4);
        _loss.ConnectionLost();
        Assert.Equal(new TelemetryGap(Start.AddSeconds(2), Start.AddSeconds(4), 3), _loss.Take());
    }

    [Fact]
    public void Everything_up_to_the_next_accepted_probe_counts_as_lost_after_a_refusal()
    {
        Sent(1);
        _loss.ProbeSent();
        Sent(2);
        _loss.ProbeAnswered(isAccepted: false);
        Assert.Equal(new TelemetryGap(Start.AddSeconds(1), Start.AddSeconds(2), 2), _loss.Take());
        Sent(3);
        _loss.ProbeSent();
        Sent(4);
        _loss.ProbeAnswered(isAccepted: true);
        Assert.Equal(1, _loss.Take()!.Frames);
        _loss.ProbeSent();
        _loss.ProbeAnswered(isAccepted: true);
        Assert.Null(_loss.Take());
    }

    [Fact]
    public void A_reported_gap_is_reported_again_unless_a_ping_was_answered_since()
    {
        var gap = new TelemetryGap(Start, Start.AddSeconds(1), 2);
        _loss.Reported(gap);
        _loss.ConnectionLost();
        Assert.Equal(gap, _loss.Take());
        _loss.Reported(gap);
        _loss.PingSent();
        _loss.PingAnswered();
        _loss.ConnectionLost();
        Assert.Null(_loss.Take());
    }

    [Fact]
    public void A_lost_connection_is_counted_once()
    {
        Sent(1);
        _loss.ConnectionLost();
        _loss.ConnectionLost();
        Assert.Equal(1, _loss.Take()!.Frames);
    }

    private void Sent(int second) => _loss.Sent(Start.AddSeconds(second), Start.AddSeconds(second), 1);
}
