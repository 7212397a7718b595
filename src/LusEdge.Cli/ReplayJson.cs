using System.Text.Json;
using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Infer;

namespace LusEdge.Cli;

/// <summary>One JSON object per decoded frame, in decode order, then one per file; docs/commands.md lists the fields.</summary>
internal sealed class ReplayJson : ReplayOutput
{
    private readonly ModelInUse _model;
    private readonly Stream _output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
    private readonly Utf8JsonWriter _json;
    private long _first = -1;

    public ReplayJson(ModelInUse model)
    {
        _model = model;
        _json = new Utf8JsonWriter(_output);
    }

    public override void Begin(string source, VideoFeed feed, CancellationToken interrupted)
    {
        base.Begin(source, feed, interrupted);
        _first = -1;
    }

    public override void Frame(in FrameReading reading)
    {
        if (_first < 0) _first = reading.Frame;
        _json.WriteStartObject();
        _json.WriteString("file", Source);
        _json.WriteNumber("frame", reading.Frame - _first);
        if (reading.Pts is { } pts) _json.WriteNumber("pts", pts.TotalSeconds);
        else _json.WriteNull("pts");
        _json.WriteString("state", JsonNamingPolicy.SnakeCaseLower.ConvertName(reading.State.ToString()));
        WriteGrade(reading.Score?.Severity, reading.Score?.Grade);
        WriteP(reading.Score is { } score ? score.P.Span : []);
        if (reading.Quality is { } quality) _json.WriteNumber("quality", quality);
        else _json.WriteNull("quality");
        EndLine();
    }

    /// <summary>A file's lines are written before the next file is opened.</summary>
    public override void End() => _output.Flush();

    public override void Dispose()
    {
        _json.Dispose();
        _output.Dispose();
    }

    protected override void Clip(ClipSummary summary, string? error)
    {
        _json.WriteStartObject();
        _json.WriteString("file", Source);
        _json.WriteBoolean("clip", true);
        WriteGrade(summary.Severity, summary.Grade);
        WriteP(summary.P is null ? [] : [.. summary.P]);
        _json.WriteNumber("frames", summary.Frames);
        _json.WriteNumber("usable", summary.Usable);
        _json.WriteString("rule", summary.Rule);
        _json.WriteString("model", _model.Reference);
        _json.WriteString("provider", _model.Provider);
        _json.WriteString("precision", _model.Precision);
        if (summary.Reason is not null) _json.WriteString("reason", summary.Reason);
        if (error is not null) _json.WriteString("error", error);
        _json.WriteBoolean("research_use_only", true);
        if (_model.DemonstrationOnly) _json.WriteBoolean("demonstration_only", true);
        EndLine();
    }

    private void WriteGrade(int? severity, string? grade)
    {
        if (severity is { } number) _json.WriteNumber("severity", number);
        else _json.WriteNull("severity");
        _json.WriteString("grade", grade);
    }

    private void WriteP(ReadOnlySpan<float> p)
    {
        if (p.IsEmpty)
        {
            _json.WriteNull("p");
            return;
        }

        _json.WriteStartArray("p");
        foreach (float value in p) _json.WriteNumberValue(value);
        _json.WriteEndArray();
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _output.WriteByte((byte)'\n');
    }
}
