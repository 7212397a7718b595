namespace LusEdge.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Rounds of the interleaved comparison; the result is the median of their ratios.</param>
/// <param name="Frames">Frames per round.</param>
/// <param name="ManyFrames">Frames to average the allocated bytes over.</param>
/// <param name="Starts">Starts of the service.</param>
/// <param name="Run">How long the service runs before its memory is read.</param>
internal sealed record Sizes(int Rounds, int Frames, int ManyFrames, int Starts, TimeSpan Run)
{
    public static readonly Sizes Full = new(Rounds: 41, Frames: 50, ManyFrames: 10_000, Starts: 7, Run: TimeSpan.FromSeconds(60));
}
