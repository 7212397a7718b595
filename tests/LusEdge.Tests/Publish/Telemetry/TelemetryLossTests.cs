using LusEdge.Contract;
using LusEdge.Publish.Telemetry;

namespace LusEdge.Tests.Publish.Telemetry;

public sealed class TelemetryLossTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly TelemetryLoss _loss = new();

    [Fact]
    public void Frames_that_were_dropped_are_one_gap_from_the_first_to_the_last()
    {
        _loss.Dropped(Start.AddSeconds(2));
        _loss.Dropped(Start.AddSeconds(1));
        _loss.Dropped(Start.AddSeconds(3), Start.AddSeconds(9), 5);
        Assert.Equal(new TelemetryGap(Start.AddSeconds(1), Start.AddSeconds(9), 7), _loss.Take());
        Assert.Null(_loss.Take());
    }

    [Fact]
    public void What_was_sent_before_an_answered_ping_has_arrived()
    {
        Sent(1);
        _loss.PingSent();
        Sent(2);
        _loss.PingAnswered();
        _loss.ConnectionLost();
        Assert.Equal(new TelemetryGap(Start.AddSeconds(2), Start.AddSeconds(2), 1), _loss.Take());
    }

    [Fact]
    public void Without_an_answer_all_that_was_sent_since_the_last_one_counts_as_lost()
    {
        Sent(1);
        _loss.PingSent();
        _loss.PingAnswered();
        Sent(2);
        _loss.PingSent();
        Sent(3);
        _loss.PingSent();
        Sent(4);
        _loss.ConnectionLost();
        Assert.Equal(new TelemetryGap(Start.AddSeconds(2), Start.AddSeconds(4), 3), _loss.Take());
    }

    [Fact]
    public void A_connection_that_was_lost_is_counted_once()
    {
        Sent(1);
        _loss.ConnectionLost();
        _loss.ConnectionLost();
        Assert.Equal(1, _loss.Take()!.Frames);
    }

    private void Sent(int second) => _loss.Sent(Start.AddSeconds(second), Start.AddSeconds(second), 1);
}
