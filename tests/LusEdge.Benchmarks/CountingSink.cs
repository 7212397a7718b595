using LusEdge.Aggregate;
using LusEdge.Contract;
using LusEdge.Publish;

namespace LusEdge.Benchmarks;

/// <summary>Counts readings, and calls back at two of them: what lies between is measured, without the opening and the end.</summary>
internal sealed class CountingSink(int from, int to, Action begin, Action end) : IReadingSink
{
    private int _frames;

    public void Frame(in FrameReading reading)
    {
        _frames++;
        if (_frames == from) begin();
        if (_frames == to) end();
    }

    public void Silence(FrameState state, DateTimeOffset since, string? cause)
    {
    }

    public void Clip(ClipSummary summary)
    {
    }
}
