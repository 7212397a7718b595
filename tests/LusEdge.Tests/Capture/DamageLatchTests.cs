using LusEdge.Capture;

namespace LusEdge.Tests.Capture;

public sealed class DamageLatchTests
{
    private DamageLatch _latch;

    [Fact]
    public void An_intact_stream_is_never_damaged()
    {
        Assert.False(Step(isKey: true, pts: 0));
        Assert.False(Step(pts: 1));
        Assert.False(Step(pts: 2));
    }

    [Fact]
    public void One_flagged_picture_damages_all_up_to_the_next_key_frame()
    {
        Assert.False(Step(isKey: true, pts: 0));
        Assert.True(Step(isFlagged: true, pts: 1));
        Assert.True(Step(pts: 2));
        Assert.True(Step(pts: 3));
        Assert.False(Step(isKey: true, pts: 4));
        Assert.False(Step(pts: 5));
    }

    [Fact]
    public void A_corrupt_packet_is_damage_even_if_the_decoder_flags_nothing()
    {
        Assert.False(Step(isKey: true, pts: 0));
        Assert.True(Step(isCorrupt: true, pts: 1));
        Assert.True(Step(pts: 2));
    }

    [Fact]
    public void A_rejected_packet_is_damage()
    {
        Assert.False(Step(isKey: true, pts: 0));
        _latch.Damage();
        Assert.True(Step(pts: 2));
    }

    [Fact]
    public void A_corrupt_key_packet_clears_nothing()
    {
        Assert.True(Step(isCorrupt: true, pts: 0));
        Assert.True(Step(isKey: true, isCorrupt: true, pts: 1));
        Assert.False(Step(isKey: true, pts: 2));
    }

    [Fact]
    public void With_B_frames_pictures_before_the_key_frame_stay_damaged()
    {
        _latch.Packet(isKey: true, isCorrupt: false, pts: 0);
        _latch.Damage();
        _latch.Packet(isKey: true, isCorrupt: false, pts: 10);
        Assert.True(_latch.Picture(isFlagged: false, pts: 8));
        Assert.True(_latch.Picture(isFlagged: false, pts: 9));
        Assert.False(_latch.Picture(isFlagged: false, pts: 10));
    }

    [Fact]
    public void Damage_after_a_key_packet_is_not_cleared_by_that_key_frame()
    {
        _latch.Damage();
        _latch.Packet(isKey: true, isCorrupt: false, pts: 10);
        _latch.Packet(isKey: false, isCorrupt: true, pts: 11);
        Assert.True(_latch.Picture(isFlagged: false, pts: 10));
        Assert.True(_latch.Picture(isFlagged: false, pts: 11));
    }

    [Fact]
    public void A_loss_damages_the_packet_read_with_it_and_the_next()
    {
        Assert.False(Step(isKey: true, pts: 0));
        _latch.Loss();
        Assert.True(Step(isKey: true, pts: 1));
        Assert.True(Step(isKey: true, pts: 2));
        Assert.False(Step(isKey: true, pts: 3));
    }

    [Fact]
    public void Without_timestamps_the_key_packet_itself_clears_the_damage()
    {
        _latch.Damage();
        _latch.Packet(isKey: true, isCorrupt: false, pts: null);
        Assert.False(_latch.Picture(isFlagged: false, pts: null));
    }

    private bool Step(bool isKey = false, bool isCorrupt = false, bool isFlagged = false, long pts = 0)
    {
        _latch.Packet(isKey, isCorrupt, pts);
        return _latch.Picture(isFlagged, pts);
    }
}
