using LusEdge.Capture.Frames;

namespace LusEdge.Probe;

/// <summary>What a technician needs to know of a feed. Holds figures and names, no pixel.</summary>
public sealed record ProbeReport
{
    /// <summary>The source as given, credentials masked.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it goes on by itself, so that the newest frame counts; else it is a recording.</summary>
    public required bool Live { get; init; }

    /// <summary>FFmpeg's name of the container, protocol or device.</summary>
    public required string Format { get; init; }

    /// <summary>FFmpeg's name of the codec.</summary>
    public required string Codec { get; init; }

    /// <summary>FFmpeg's name of the pixel format.</summary>
    public required string PixelFormat { get; init; }

    /// <summary>Size of the first picture.</summary>
    public required PictureSize Size { get; init; }

    /// <summary>Frames a second as the source declares them, null where it doesn't.</summary>
    public required double? DeclaredRate { get; init; }

    /// <summary>Frames a second as they came (live) or by their presentation times (a recording); null for fewer than two.</summary>
    public required double? MeasuredRate { get; init; }

    /// <summary>What was looked at: time for a live feed, presentation time for a recording.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Pictures in it.</summary>
    public required int Frames { get; init; }

    /// <summary>Pictures among them that are damaged, or built on one that is.</summary>
    public required int Damaged { get; init; }

    /// <summary>Pictures among them of another size than the first.</summary>
    public required int OtherSizes { get; init; }

    /// <summary>How often the feed was lost and came back.</summary>
    public required int Interruptions { get; init; }

    /// <summary>The times from frame to frame, null for fewer than two frames with a time.</summary>
    public required IntervalFigures? Intervals { get; init; }

    /// <summary>Whether there is colour.</summary>
    public required PictureColour Colour { get; init; }

    /// <summary>Where the ultrasound seems to be.</summary>
    public required SectorGuess Sector { get; init; }

    /// <summary>The FFmpeg that read it.</summary>
    public required string FFmpeg { get; init; }

    /// <summary>What broke the source off, null for its own end or the end of the probe.</summary>
    public required string? Error { get; init; }
}
