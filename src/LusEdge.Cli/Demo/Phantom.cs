using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Machine;

namespace LusEdge.Cli.Demo;

/// <summary>The synthetic clip that ships with the program, and which grade it shows when.</summary>
internal sealed class Phantom
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "models", "phantom");
    private const long MaxBytes = 1 << 20;
    private readonly PhantomWalk _walk;

    private Phantom(PhantomWalk walk) => _walk = walk;

    /// <summary>The clip's file.</summary>
    public string Clip { get; } = Path.Combine(Directory, "phantom-walk.mp4");

    /// <summary>Reads the clip's sidecar beside the program.</summary>
    public static Phantom Load()
    {
        byte[] file = BoundedFile.ReadAllBytes(Path.Combine(Directory, "phantom-walk.json"), MaxBytes);
        return new Phantom(JsonSerializer.Deserialize(file, PhantomJson.Default.PhantomWalk)!);
    }

    /// <summary>The grade that a frame shows.</summary>
    /// <param name="frame">Its number in the looped feed, from 0.</param>
    public string GradeAt(long frame)
    {
        long inClip = frame % _walk.Frames;
        return _walk.Steps.First(step => inClip >= step.From && inClip <= step.To).Grade;
    }
}

/// <summary>The clip's sidecar.</summary>
/// <param name="Frames">Frames in the clip.</param>
/// <param name="Steps">Which frames show which grade; together they cover the clip.</param>
internal sealed record PhantomWalk(int Frames, IReadOnlyList<PhantomStep> Steps);

/// <summary>A stretch of the clip.</summary>
/// <param name="From">Its first frame.</param>
/// <param name="To">Its last frame.</param>
/// <param name="Grade">What it shows, in the labels of sanmatteo-7.</param>
internal sealed record PhantomStep(int From, int To, string Grade);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PhantomWalk))]
internal sealed partial class PhantomJson : JsonSerializerContext;
