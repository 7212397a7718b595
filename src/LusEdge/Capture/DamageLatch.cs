namespace LusEdge.Capture;

/// <summary>
/// Remembers damage until the next key frame. A decoder conceals damage and flags only some of the affected pictures, but every
/// picture up to the next key frame depends on the damaged one.
/// </summary>
internal struct DamageLatch
{
    /// <summary>
    /// A loss reported while a packet is read can concern that packet or, because the parser reads ahead, the next.
    /// </summary>
    private const int PacketsInDoubt = 2;

    private bool _damaged;
    private bool _keyIsDue;
    private long? _keyPts;
    private int _inDoubt;

    /// <summary>
    /// Part of the stream is missing, reported while the next packet was read. Call before <see cref="Packet"/>.
    /// </summary>
    public void Loss()
    {
        Damage();
        _inDoubt = PacketsInDoubt;
    }

    /// <summary>A packet is about to be decoded.</summary>
    public void Packet(bool isKey, bool isCorrupt, long? pts)
    {
        bool isInDoubt = _inDoubt > 0;
        if (isInDoubt) _inDoubt--;
        if (isCorrupt || isInDoubt) Damage();
        else if (isKey) (_keyIsDue, _keyPts) = (_damaged, pts);
    }

    /// <summary>The decoder rejected a packet, failed on a picture, or concealed part of it.</summary>
    public void Damage()
    {
        _damaged = true;

        // A key frame that is still in the decoder came before this damage and does not clear it.
        _keyIsDue = false;
    }

    /// <summary>The decoder has output a picture.</summary>
    /// <param name="isFlagged">Whether the decoder flagged it as damaged.</param>
    /// <param name="pts">Its presentation time.</param>
    /// <returns>Whether to treat it as damaged.</returns>
    public bool Picture(bool isFlagged, long? pts)
    {
        // With B-frames, the decoder still outputs older pictures after the key packet: the key frame is due only at its own
        // time.
        if (_keyIsDue && (pts is null || _keyPts is null || pts >= _keyPts)) (_damaged, _keyIsDue) = (false, false);
        if (isFlagged) Damage();
        return _damaged;
    }
}
