namespace LusEdge.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">Rounds of the interleaved comparison; the median of their ratios is reported.</param>
/// <param name="Frames">Frames per round.</param>
/// <param name="ManyFrames">Frames over which allocated bytes are averaged.</param>
/// <param name="Commits">Events committed to the disk.</param>
/// <param name="Starts">Starts of the service.</param>
/// <param name="Run">How long it runs before its memory is read.</param>
internal sealed record Sizes(int Rounds, int Frames, int ManyFrames, int Commits, int Starts, TimeSpan Run)
{
    public static readonly Sizes Full =
        new(Rounds: 41, Frames: 50, ManyFrames: 10_000, Commits: 1000, Starts: 7, Run: TimeSpan.FromSeconds(60));

    public static readonly Sizes Smoke =
        new(Rounds: 2, Frames: 20, ManyFrames: 200, Commits: 5, Starts: 1, Run: TimeSpan.FromSeconds(1));
}
