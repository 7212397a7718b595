using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LusEdge.Probe;
using Spectre.Console;

namespace LusEdge.Cli;

/// <summary>A probe's report for a person, or as one JSON object (docs/commands.md lists its fields).</summary>
internal static class ProbeOutput
{
    /// <summary>A measured rate that is further off than this is not the declared one.</summary>
    private const double RateTolerance = 0.05;

    /// <summary>Intervals are even as long as their 99th percentile is at most this many medians.</summary>
    private const double Even = 1.5;

    public static void WriteTable(ProbeReport report)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        Row("source", report.Source);
        Row("kind", $"{(report.Live ? "live feed" : "recording")}, {report.Format}");
        Row("codec", $"{report.Codec}, {report.PixelFormat}");
        Row("size", report.Size.ToString());
        Row("rate", Rate(report));
        Row("intervals", Intervals(report.Intervals));
        Row("examined", Examined(report));
        Row("colour", Colour(report.Colour));
        Row("sector", $"{report.Sector.Value}, {Name(report.Sector.Confidence)}: {report.Sector.Why}.");
        Row("FFmpeg", report.FFmpeg);
        AnsiConsole.Write(grid);
        Console.WriteLine();
        if (report.Sector.Confidence == Confidence.Unsure)
        {
            // No line to copy: a wrong sector hides the lung.
            Console.WriteLine("Find Capture:Sector yourself: measure it on the screen, or scan something and");
            Console.WriteLine("probe again.");
            return;
        }

        Console.WriteLine("For section Capture of the configuration, after checking the sector on screen:");
        Console.WriteLine($"  \"Geometry\": \"{report.Size}\", \"Sector\": \"{report.Sector.Value}\"");

        void Row(string name, string value) => grid.AddRow(new Text(name), new Text(value));
    }

    public static void WriteJson(ProbeReport report, Stream output)
    {
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(output, options))
        {
            json.WriteStartObject();
            json.WriteString("source", report.Source);
            json.WriteBoolean("live", report.Live);
            json.WriteString("format", report.Format);
            json.WriteString("codec", report.Codec);
            json.WriteString("pixel_format", report.PixelFormat);
            json.WriteNumber("width", report.Size.Width);
            json.WriteNumber("height", report.Size.Height);
            WriteNumber(json, "declared_fps", report.DeclaredRate, 3);
            WriteNumber(json, "measured_fps", report.MeasuredRate, 3);
            json.WriteNumber("seconds", Math.Round(report.Length.TotalSeconds, 3));
            json.WriteNumber("frames", report.Frames);
            json.WriteNumber("damaged", report.Damaged);
            json.WriteNumber("other_sizes", report.OtherSizes);
            json.WriteNumber("interruptions", report.Interruptions);
            json.WriteString("interval_by", report.Intervals is { } times ? times.ByArrival ? "arrival" : "pts" : null);
            WriteNumber(json, "interval_median_ms", report.Intervals?.Median.TotalMilliseconds, 2);
            WriteNumber(json, "interval_p99_ms", report.Intervals?.P99.TotalMilliseconds, 2);
            WriteNumber(json, "interval_max_ms", report.Intervals?.Longest.TotalMilliseconds, 2);
            json.WriteString("colour", Name(report.Colour.Kind));
            json.WriteNumber("colour_share", Math.Round(report.Colour.Share, 4));
            json.WriteString("sector", report.Sector.Value.ToString());
            json.WriteString("sector_confidence", Name(report.Sector.Confidence));
            json.WriteString("sector_why", report.Sector.Why);
            json.WriteString("ffmpeg", report.FFmpeg);
            json.WriteString("error", report.Error);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        output.Flush();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value, int decimals)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, decimals));
        else json.WriteNull(name);
    }

    private static string Rate(ProbeReport report)
    {
        string declared = report.DeclaredRate is { } d ? Invariant($"{d:0.##} frames/s declared") : "no rate declared";
        if (report.MeasuredRate is not { } measured) return $"{declared}, none measured";
        bool differs = report.DeclaredRate is { } said && Math.Abs(measured - said) > RateTolerance * said;
        return declared + Invariant($", {measured:0.##} measured{(differs ? ": not the rate that it declares" : "")}");
    }

    private static string Intervals(IntervalFigures? intervals)
    {
        if (intervals is not { } times) return "unknown: the frames carry no times";
        string evenness = times.P99 <= Even * times.Median ? "even" : "uneven";
        string clock = times.ByArrival ? "arrival" : "presentation time";
        return Invariant($"{evenness}: median {times.Median.TotalMilliseconds:0.0} ms, ")
            + Invariant($"p99 {times.P99.TotalMilliseconds:0.0} ms, ")
            + Invariant($"longest {times.Longest.TotalMilliseconds:0.0} ms, by {clock}");
    }

    private static string Examined(ProbeReport report)
    {
        string damaged = report.Damaged == 0 ? "none" : Invariant($"{report.Damaged}");
        string examined = Invariant($"{report.Frames} frames in {report.Length.TotalSeconds:0.#} s, {damaged} damaged");
        if (report.OtherSizes > 0) examined += Invariant($", {report.OtherSizes} of another size");
        if (report.Interruptions > 0) examined += Invariant($", lost {report.Interruptions} times");
        return examined;
    }

    private static string Colour(PictureColour colour) => colour.Kind switch
    {
        ColourKind.Gray => "gray",
        ColourKind.Tinted => Invariant($"tinted: {colour.Share:0%} of what is not dark has colour; it is graded as gray"),
        _ => Invariant($"gray with coloured parts ({colour.Share:0.0%} of what is not dark): marks, a logo, or a Doppler box"),
    };

    private static string Name(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
