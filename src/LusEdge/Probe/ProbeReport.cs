using LusEdge.Capture.Frames;

namespace LusEdge.Probe;

/// <summary>What a technician needs to know about a feed. Contains figures and names, no pixels.</summary>
public sealed record ProbeReport
{
    /// <summary>The source as given, with credentials masked.</summary>
    public required string Source { get; init; }

    /// <summary>True for a live feed, of which only the newest frame counts; false for a recording.</summary>
    public required bool Live { get; init; }

    /// <summary>FFmpeg's name for the container, protocol or device.</summary>
    public required string Format { get; init; }

    /// <summary>FFmpeg's name for the codec.</summary>
    public required string Codec { get; init; }

    /// <summary>FFmpeg's name for the pixel format.</summary>
    public required string PixelFormat { get; init; }

    /// <summary>Size of the first picture.</summary>
    public required PictureSize Size { get; init; }

    /// <summary>Frames per second as the source declares them, null if it doesn't.</summary>
    public required double? DeclaredRate { get; init; }

    /// <summary>
    /// Measured frames per second, by arrival (live) or presentation time (recording); null for fewer than two frames.
    /// </summary>
    public required double? MeasuredRate { get; init; }

    /// <summary>The length examined: real time for a live feed, presentation time for a recording.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Number of pictures.</summary>
    public required int Frames { get; init; }

    /// <summary>Pictures that are damaged or depend on one that is.</summary>
    public required int Damaged { get; init; }

    /// <summary>Pictures that differ in size from the first.</summary>
    public required int OtherSizes { get; init; }

    /// <summary>How often the feed was lost and came back.</summary>
    public required int Interruptions { get; init; }

    /// <summary>Frame intervals, null for fewer than two frames with a time.</summary>
    public required IntervalFigures? Intervals { get; init; }

    /// <summary>The colour found.</summary>
    public required PictureColour Colour { get; init; }

    /// <summary>Where the ultrasound seems to be.</summary>
    public required SectorGuess Sector { get; init; }

    /// <summary>The FFmpeg version that read it.</summary>
    public required string FFmpeg { get; init; }

    /// <summary>The error that broke the source off, null for its own end or the end of the probe.</summary>
    public required string? Error { get; init; }
}
