using System.Runtime.CompilerServices;

namespace LusEdge.Capture;

/// <summary>When a packet arrived.</summary>
/// <param name="ReadAt">When it was read, as a timestamp of the feed's clock.</param>
/// <param name="SentAfter">Its picture began no earlier than this.</param>
internal readonly record struct PacketTime(long ReadAt, long SentAfter);

/// <summary>
/// Remembers the arrival of the packets that the decoder may still hold, so that a picture gets the time of its own packet even
/// if it comes out after later ones were read: a decoder that reorders keeps pictures back, and after a stall they are old.
/// </summary>
/// <remarks>Allocates nothing per packet.</remarks>
internal struct PacketTimes
{
    /// <summary>More than any decoder holds: H.264 and HEVC reorder by 16 pictures at most.</summary>
    private const int Remembered = 32;

    private Entries _entries;
    private int _count;

    /// <summary>The newest packet's arrival.</summary>
    public PacketTime Newest { get; private set; }

    /// <summary>Records a packet.</summary>
    /// <param name="pts">Its presentation time, null if it has none.</param>
    /// <param name="time">Its arrival.</param>
    public void Add(long? pts, PacketTime time)
    {
        Newest = time;
        if (pts is { } known) _entries[_count++ % Remembered] = (known, time);
    }

    /// <summary>The arrival of the packet that a picture was decoded from.</summary>
    /// <param name="pts">The picture's presentation time.</param>
    /// <returns>The newest packet's if the picture has no time of its own.</returns>
    public readonly PacketTime Of(long? pts)
    {
        if (pts is not { } wanted) return Newest;
        for (int back = 1; back <= Math.Min(_count, Remembered); back++)
        {
            (long known, PacketTime time) = _entries[(_count - back) % Remembered];
            if (known == wanted) return time;
        }

        return Newest;
    }

    [InlineArray(Remembered)]
    private struct Entries
    {
        private (long Pts, PacketTime Time) _first;
    }
}
