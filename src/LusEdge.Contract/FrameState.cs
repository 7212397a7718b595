using System.Text.Json.Serialization;

namespace LusEdge.Contract;

/// <summary>
/// Why a frame has a score (<see cref="Live"/>) or has none (every other state). Written in snake_case in every message and in
/// <c>replay --json</c>.
/// </summary>
/// <remarks>"No score" must never look like "score 0": severity, grade and p are null unless the state is live.</remarks>
[JsonConverter(typeof(FrameStateConverter))]
public enum FrameState
{
    /// <summary>The service is up and no frame has come yet.</summary>
    Starting,

    /// <summary>The frame was graded.</summary>
    Live,

    /// <summary>No frame is coming: the feed is lost, stalled or ended.</summary>
    NoSignal,

    /// <summary>The same picture keeps coming (freezing the scanner is normal in the clinic).</summary>
    Frozen,

    /// <summary>The picture is black.</summary>
    Black,

    /// <summary>The picture is unlike the training pictures.</summary>
    Ood,

    /// <summary>The highest probability is below the model's threshold.</summary>
    LowConfidence,

    /// <summary>The picture's geometry is not the configured one.</summary>
    ModeChanged,

    /// <summary>The picture was damaged in transport or decoding.</summary>
    Corrupt,

    /// <summary>The picture is more than a second old, or the pipeline is too busy to give a score in time.</summary>
    Stale,

    /// <summary>Grading failed.</summary>
    Failed,
}

/// <summary>Writes <see cref="FrameState"/> in snake_case and rejects numbers.</summary>
public sealed class FrameStateConverter()
    : JsonStringEnumConverter<FrameState>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
