namespace LusEdge.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Of the interleaved comparison; the median of their ratios counts.</param>
/// <param name="Frames">A round.</param>
/// <param name="ManyFrames">For the average of allocated bytes.</param>
/// <param name="Starts">Of the service.</param>
/// <param name="Run">How long it runs before its memory is read.</param>
internal sealed record Sizes(int Rounds, int Frames, int ManyFrames, int Starts, TimeSpan Run)
{
    public static readonly Sizes Full = new(Rounds: 41, Frames: 50, ManyFrames: 10_000, Starts: 7, Run: TimeSpan.FromSeconds(60));
}
