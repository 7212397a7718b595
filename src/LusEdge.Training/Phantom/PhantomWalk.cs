using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Phantom;

/// <summary>
/// The clip that walks through the seven grades on one chest, and its sidecar, a .json file of the same name that says which
/// frames show which grade. Each grade starts with a cut, so every frame has exactly one label.
/// </summary>
internal static class PhantomWalk
{
    private const int Width = 400, Height = 320;

    /// <summary>Five seconds: at least one breath.</summary>
    internal const int FramesPerGrade = 5 * PhantomClip.FramesPerSecond;

    /// <summary>The walk for a seed.</summary>
    public static PhantomClip Clip(ulong seed) => new(
        [.. Appearance.Grades.Select(appearance => new PhantomScene(appearance, seed))],
        FramesPerGrade,
        ScanConverter.Convex(Width, Height, halfAngle: 0.55f, surface: 0.28f),
        seed);

    /// <summary>Writes clip and sidecar.</summary>
    /// <param name="path">The clip's file, .mp4.</param>
    /// <param name="seed">Selects chest, lungs and noise.</param>
    /// <param name="progress">Receives the progress after every frame.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="PhantomException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(string path, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        PhantomClip clip = Clip(seed);
        await clip.WriteAsync(path, progress, cancel);
        var sidecar = new PhantomSidecar(
            PhantomClip.FramesPerSecond,
            clip.Frames,
            [.. Appearance.Grades.Select((a, i) => new PhantomStep(i * FramesPerGrade, (i + 1) * FramesPerGrade - 1, a.Grade))],
            "synthetic: no patient and no scanner was involved",
            seed);
        string file = Path.ChangeExtension(path, ".json"), unfinished = file + ".part";
        await File.WriteAllTextAsync(
            unfinished, JsonSerializer.Serialize(sidecar, PhantomJson.Default.PhantomSidecar) + "\n", cancel);
        File.Move(unfinished, file, overwrite: true);
    }
}

/// <summary>The sidecar file of a walk.</summary>
/// <param name="Fps">Frames per second.</param>
/// <param name="Frames">The number of frames.</param>
/// <param name="Steps">Which frames show which grade; together they cover all frames.</param>
/// <param name="Source">The origin of the pictures, in words.</param>
/// <param name="Seed">Reproduces the clip.</param>
internal sealed record PhantomSidecar(int Fps, int Frames, IReadOnlyList<PhantomStep> Steps, string Source, ulong Seed);

/// <summary>The consecutive frames of one grade.</summary>
/// <param name="From">The first frame.</param>
/// <param name="To">The last frame.</param>
/// <param name="Grade">The class label.</param>
internal sealed record PhantomStep(int From, int To, string Grade);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(PhantomSidecar))]
internal sealed partial class PhantomJson : JsonSerializerContext;
