using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Phantom;

/// <summary>
/// The clip that walks through the seven grades on one chest, and its sidecar, the same name with .json, which says what is shown
/// when. Each grade starts with a cut, so that every frame has exactly one label.
/// </summary>
internal static class PhantomWalk
{
    private const int Width = 400, Height = 320;

    /// <summary>Five seconds: at least one breath.</summary>
    internal const int FramesAGrade = 5 * PhantomClip.FramesPerSecond;

    /// <summary>The walk of a seed.</summary>
    public static PhantomClip Clip(ulong seed) => new(
        [.. Appearance.Grades.Select(appearance => new PhantomScene(appearance, seed))],
        FramesAGrade,
        ScanConverter.Convex(Width, Height, halfAngle: 0.55f, surface: 0.28f),
        seed);

    /// <summary>Writes clip and sidecar.</summary>
    /// <param name="path">The clip's file, .mp4.</param>
    /// <param name="seed">Names chest, lungs and noise.</param>
    /// <param name="progress">Told after every frame.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="PhantomException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(string path, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        PhantomClip clip = Clip(seed);
        await clip.WriteAsync(path, progress, cancel);
        var sidecar = new PhantomSidecar(
            PhantomClip.FramesPerSecond,
            clip.Frames,
            [.. Appearance.Grades.Select((a, i) => new PhantomStep(i * FramesAGrade, (i + 1) * FramesAGrade - 1, a.Grade))],
            "synthetic: no patient and no scanner was involved",
            seed);
        string file = Path.ChangeExtension(path, ".json"), unfinished = file + ".part";
        await File.WriteAllTextAsync(unfinished, JsonSerializer.Serialize(sidecar, PhantomJson.Default.PhantomSidecar) + "\n", cancel);
        File.Move(unfinished, file, overwrite: true);
    }
}

/// <summary>What stands beside a walk.</summary>
/// <param name="Fps">Frames a second.</param>
/// <param name="Frames">Frames in all.</param>
/// <param name="Steps">What is shown when; together they cover all frames.</param>
/// <param name="Source">Where the pictures come from, in words.</param>
/// <param name="Seed">Gives the same clip again.</param>
internal sealed record PhantomSidecar(int Fps, int Frames, IReadOnlyList<PhantomStep> Steps, string Source, ulong Seed);

/// <summary>A grade's stretch.</summary>
/// <param name="From">Its first frame.</param>
/// <param name="To">Its last frame.</param>
/// <param name="Grade">The class label.</param>
internal sealed record PhantomStep(int From, int To, string Grade);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(PhantomSidecar))]
internal sealed partial class PhantomJson : JsonSerializerContext;
