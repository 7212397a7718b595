using System.Globalization;
using LusEdge.Contract;
using LusEdge.Infer;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LusEdge.Cli.Demo;

/// <summary>The demo's readings for a person: a panel in a terminal, one plain line elsewhere.</summary>
internal sealed class DemoView(ModelInUse model, Phantom phantom, DemoSubscriber subscriber, TimeProvider time)
{
    /// <summary>Columns and rows that the panel takes.</summary>
    public const int Width = 80, Height = 18;

    private readonly Queue<(long At, long Frames)> _rate = new();

    /// <summary>One line with everything that the panel shows.</summary>
    public string Line()
    {
        if (subscriber.Live is not { } live) return "waiting for the first reading";
        string reading = live.P is null
            ? $"{Name(live.State),-14} no score"
            : $"{Name(live.State),-14} grade {live.Grade,-2} severity {live.Severity}  p {string.Join(' ', model.Scheme.Grades.Zip(live.P, (grade, p) => string.Create(CultureInfo.InvariantCulture, $"{grade}:{p:0.00}")))}";
        return string.Create(CultureInfo.InvariantCulture, $"{live.T:HH:mm:ss}  {reading}  {FramesPerSecond(),4:0.0} fps  {subscriber.Frame?.LatMs,5:0.0} ms  (phantom shows {Shown()})");
    }

    /// <summary>The panel.</summary>
    public IRenderable Panel()
    {
        var rows = new List<IRenderable>();
        LiveMessage? live = subscriber.Live;
        bool scored = live is { P: not null };
        rows.Add(new Markup(scored
            ? $"[bold]grade {live!.Grade}[/]   severity {live.Severity}   [green]live[/]   [grey]phantom shows {Shown()}[/]"
            : $"[bold]no score[/]   [yellow]{(live is null ? "starting" : Name(live.State))}[/]"));
        rows.Add(new Text(""));
        for (int i = 0; i < model.Scheme.Grades.Count; i++)
        {
            double p = scored ? live!.P![i] : 0;
            string bar = new string('█', (int)Math.Round(p * 40)).PadRight(40, '·');
            string color = scored && model.Scheme.Grades[i] == live!.Grade ? "green" : "grey";
            rows.Add(new Markup(string.Create(CultureInfo.InvariantCulture, $"{model.Scheme.Grades[i],-3}[{color}]{bar}[/] {(scored ? p : double.NaN):0.00}")));
        }

        rows.Add(new Text(""));
        rows.Add(new Markup(string.Create(CultureInfo.InvariantCulture, $"{FramesPerSecond():0.0} frames/s   {subscriber.Frame?.LatMs ?? 0:0.0} ms from capture to reading   {subscriber.Frames} frames")));
        rows.Add(new Markup(subscriber.Clip is { } clip
            ? $"last clip: grade {clip.Grade ?? "none"}, {clip.Usable} of {clip.Frames} frames graded, rule {clip.Rule}"
            : "[grey]last clip: none yet[/]"));
        return new Spectre.Console.Panel(new Rows(rows)) { Header = new PanelHeader($" {model.Reference} on {model.Provider} "), Padding = new Padding(2, 1) };
    }

    private static string Name(FrameState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    private string Shown() => subscriber.Frame is { } frame ? phantom.GradeAt(frame.Frame) : "?";

    /// <summary>Frame messages over the last two seconds.</summary>
    private double FramesPerSecond()
    {
        long now = time.GetTimestamp();
        _rate.Enqueue((now, subscriber.Frames));
        while (_rate.Count > 2 && time.GetElapsedTime(_rate.Peek().At, now) > TimeSpan.FromSeconds(2)) _rate.Dequeue();
        (long at, long frames) = _rate.Peek();
        double elapsed = time.GetElapsedTime(at, now).TotalSeconds;
        return elapsed > 0 ? (subscriber.Frames - frames) / elapsed : 0;
    }
}
