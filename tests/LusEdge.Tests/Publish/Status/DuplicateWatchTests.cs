using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Publish.Messages;
using LusEdge.Publish.Status;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Publish.Status;

public sealed class DuplicateWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HealthBoard _board = new();
    private readonly FakeLogCollector _log = new();
    private readonly DuplicateWatch _watch;

    public DuplicateWatchTests() => _watch = new DuplicateWatch(
        new TopicTable(new Topics("ward-7", "lus-0123456789ab")).Availability,
        Guid.CreateVersion7(),
        _board,
        _time,
        new FakeLogger(_log));

    [Fact]
    public void A_second_box_is_told_once_and_cleared_after_five_minutes_on_one_connection()
    {
        _watch.TakenOver();
        _watch.TakenOver();
        Assert.Equal("duplicate_device", Assert.Single(_board.Read().Reasons).Code);
        Assert.Equal(5033, Assert.Single(_log.GetSnapshot()).Id.Id);

        // Waiting for the next attempt does not count: the other box has the connection meanwhile.
        _time.Advance(DuplicateWatch.ClearAfter);
        long since = _time.GetTimestamp();
        _watch.Look(since);
        Assert.True(_watch.IsContested);
        _time.Advance(DuplicateWatch.ClearAfter);
        _watch.Look(since);
        Assert.False(_watch.IsContested);
        Assert.Empty(_board.Read().Reasons);

        // It is told again if it comes back.
        _watch.TakenOver();
        Assert.Equal([5033, 5034, 5033], _log.GetSnapshot().Select(entry => entry.Id.Id));
    }
}
