using LusEdge.Aggregate;
using LusEdge.Results;

namespace LusEdge.Benchmarks;

/// <summary>Counts readings and calls back at two of them, so that opening and closing the clip are not measured.</summary>
internal sealed class CountingSink(int from, int to, Action begin, Action end) : IReadingSink
{
    private int _frames;

    public void Frame(in FrameReading reading)
    {
        _frames++;
        if (_frames == from) begin();
        if (_frames == to) end();
    }

    public void Announce(in Announcement announcement)
    {
    }

    public void Clip(ClipSummary summary)
    {
    }
}
