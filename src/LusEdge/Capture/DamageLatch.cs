namespace LusEdge.Capture;

/// <summary>
/// Remembers damage until the next key frame. A decoder conceals damage and flags only some of the pictures that it reaches, but
/// every picture up to the next key frame is built on the damaged one.
/// </summary>
internal struct DamageLatch
{
    /// <summary>What is told as missing while a packet is read may be of it or, because a parser reads ahead, of the next.</summary>
    private const int PacketsInDoubt = 2;

    private bool _damaged;
    private bool _keyIsDue;
    private long? _keyPts;
    private int _inDoubt;

    /// <summary>Something of the stream did not arrive, and showed while the next packet was read. Comes before <see cref="Packet"/>.</summary>
    public void Loss()
    {
        Damage();
        _inDoubt = PacketsInDoubt;
    }

    /// <summary>A packet goes to the decoder.</summary>
    public void Packet(bool isKey, bool isCorrupt, long? pts)
    {
        bool isInDoubt = _inDoubt > 0;
        if (isInDoubt) _inDoubt--;
        if (isCorrupt || isInDoubt) Damage();
        else if (isKey) (_keyIsDue, _keyPts) = (_damaged, pts);
    }

    /// <summary>The decoder refused a packet, failed on a picture, or made up a part of it.</summary>
    public void Damage()
    {
        _damaged = true;

        // A key frame that is still in the decoder can't vouch for what comes after this.
        _keyIsDue = false;
    }

    /// <summary>A picture comes out of the decoder.</summary>
    /// <param name="isFlagged">The decoder says that it is damaged.</param>
    /// <param name="pts">Its presentation time.</param>
    /// <returns>Whether it must be taken for damaged.</returns>
    public bool Picture(bool isFlagged, long? pts)
    {
        // With B-frames the decoder still hands out older pictures after the key packet went in: the key frame is not due before its time.
        if (_keyIsDue && (pts is null || _keyPts is null || pts >= _keyPts)) (_damaged, _keyIsDue) = (false, false);
        if (isFlagged) Damage();
        return _damaged;
    }
}
