using System.Globalization;
using System.Text.Json;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Contract;
using LusEdge.Infer;

namespace LusEdge.Cli;

/// <summary>One line per clip, for a person.</summary>
internal sealed class ReplayTable : ReplayOutput
{
    private readonly bool _showProgress = !Console.IsErrorRedirected;
    private readonly ModelInUse _model;
    private long _frames;

    public ReplayTable(ModelInUse model)
    {
        _model = model;
        Console.WriteLine($"{"grade",-6} {"severity",-9} {"graded frames",-14} {"share by grade",-30} clip");
    }

    public override void Begin(string source, VideoFeed feed, CancellationToken interrupted)
    {
        base.Begin(source, feed, interrupted);
        _frames = 0;
    }

    public override void Frame(in FrameReading reading)
    {
        // A long recording shows its progress on a terminal; logs and pipes get no lines that overwrite themselves.
        if (_showProgress && ++_frames % 50 == 0) Console.Error.Write($"\r{_frames} frames of {Source}");
    }

    public override void Dispose() => Console.WriteLine(
        $"model {_model.Reference} on {_model.Provider} ({_model.Precision}), scheme {_model.Scheme.Id}. {Disclaimer.Text}");

    protected override void Clip(ClipSummary summary, string? error)
    {
        if (_showProgress && _frames >= 50) Console.Error.Write("\r\x1b[K");
        string grade = summary.Grade ?? "none";
        string severity = summary.Severity?.ToString(CultureInfo.InvariantCulture) ?? "none";
        string graded = string.Create(CultureInfo.InvariantCulture, $"{summary.Usable} of {summary.Frames}");
        string cut = error is null ? "" : "  (cut short)";
        Console.WriteLine($"{grade,-6} {severity,-9} {graded,-14} {Shares(summary),-30} {Source}{Why(summary)}{cut}");
    }

    private string Shares(ClipSummary summary)
    {
        int graded = summary.Distribution.Sum();
        if (graded == 0) return "-";
        return string.Join(' ', _model.Scheme.Grades.Zip(summary.Distribution)
            .Where(pair => pair.Second > 0)
            .Select(pair => $"{pair.First}:{pair.Second * 100 / graded}%"));
    }

    private static string Why(ClipSummary summary)
    {
        if (summary.Reason is null) return "";
        string withheld = string.Join(
            ", ",
            summary.Withheld.Select(pair => $"{pair.Value} {JsonNamingPolicy.SnakeCaseLower.ConvertName(pair.Key.ToString())}"));
        return $"  ({summary.Reason}{(withheld.Length > 0 ? ": " + withheld : "")})";
    }
}
