using System.Text.Json;
using LusEdge.Contract;
using LusEdge.Infer;
using Spectre.Console;
using Spectre.Console.Rendering;
using static System.FormattableString;

namespace LusEdge.Cli.Demo;

/// <summary>The demo's readings for a person: a panel in a terminal, one plain line elsewhere.</summary>
internal sealed class DemoView(ModelInUse model, Phantom phantom, DemoSubscriber subscriber, TimeProvider time)
{
    /// <summary>The panel's size in columns and rows.</summary>
    public const int Width = 80, Height = 18;

    private readonly Queue<(long At, long Frames)> _rate = new();

    /// <summary>The panel's content in one line.</summary>
    public string Line()
    {
        if (subscriber.Live is not { } live) return "waiting for the first reading";
        string reading = $"{Name(live.State),-14} no score";
        if (live.P is not null)
        {
            IEnumerable<string> shares = model.Scheme.Grades.Zip(live.P, (grade, p) => Invariant($"{grade}:{p:0.00}"));
            reading = $"{Name(live.State),-14} grade {live.Grade,-2} severity {live.Severity}  p {string.Join(' ', shares)}";
        }

        return Invariant($"{live.T:HH:mm:ss}  {reading}  {FramesPerSecond(),4:0.0} fps  ")
            + Invariant($"{subscriber.Frame?.LatMs,5:0.0} ms  (phantom shows {Shown()})");
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
            rows.Add(new Markup(Invariant($"{model.Scheme.Grades[i],-3}[{color}]{bar}[/] {(scored ? p : double.NaN):0.00}")));
        }

        rows.Add(new Text(""));
        double latency = subscriber.Frame?.LatMs ?? 0;
        rows.Add(new Markup(Invariant(
            $"{FramesPerSecond():0.0} frames/s   {latency:0.0} ms from capture to reading   {subscriber.Frames} frames")));
        rows.Add(new Markup(subscriber.Clip is { } clip
            ? $"last clip: grade {clip.Grade ?? "none"}, {clip.Usable} of {clip.Frames} frames graded, rule {clip.Rule}"
            : "[grey]last clip: none yet[/]"));
        return new Spectre.Console.Panel(new Rows(rows))
        {
            Header = new PanelHeader($" {model.Reference} on {model.Provider} "),
            Padding = new Padding(2, 1),
        };
    }

    private static string Name(FrameState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

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
