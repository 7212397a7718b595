using System.Runtime.InteropServices;
using System.Text;
using LusEdge.FFmpeg;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Benchmarks;

/// <summary>The figures as a page, ratios first.</summary>
internal sealed class Report(Sizes sizes)
{
    private readonly StringBuilder _page = new();

    public void Overhead(IReadOnlyList<OverheadRound> shipped, IReadOnlyList<OverheadRound> screen, IReadOnlyList<OverheadRound> empty)
    {
        Line("# Benchmarks");
        Line("");
        Line("What the appliance costs beside the work that can't be avoided. This page is what the program `tests/LusEdge.Benchmarks` printed:");
        Line("");
        Line("```");
        Line("dotnet publish src/LusEdge.Cli -c Release -r linux-x64 --self-contained false -o artifacts/lusedge");
        Line("dotnet run --project tests/LusEdge.Benchmarks -c Release > docs/benchmarks.md");
        Line("```");
        Line("");
        Line("Look at the ratios: they hold on other machines, seconds and milliseconds don't. A program of our own and no benchmark library, because what is");
        Line("compared is the CPU time of several threads, in turns within one process; BenchmarkDotNet measures the time that passes.");
        Line("");
        Line("## The whole pipeline by its parts");
        Line("");
        Line("CPU time a frame of the whole pipeline (read, decode, crop and gray, hand over, preprocess, infer, aggregate), divided by that of decoding alone");
        Line("plus a bare loop of ONNX Runtime on the same clip, with the same model and threads. Promised for the first row: at most 1.10.");
        Line("");
        Line("| clip | model | ratio: median (middle half) | pipeline | decoding alone | ONNX Runtime alone | FFmpeg's crop and gray | the rest |");
        Line("|---|---|---|---|---|---|---|---|");
        Row("400x320, the whole picture", "lus-severity-7", shipped);
        Row("1280x1024, of which 800x640", "lus-severity-7", screen);
        Row("400x320, the whole picture", "one that costs nothing", empty);
        Line("");
        Line($"Times are medians in milliseconds of CPU time a frame, of {sizes.Rounds} rounds of {sizes.Frames} frames ({10 * sizes.Frames} in the last row), the parts in turns. The clips are");
        Line("`models/phantom/phantom-walk.mp4` (H.264), and the same on a larger, else black screen. lus-severity-7 is a ResNet-18 at 128x128 in int8.");
        Line("Decoding and ONNX Runtime alone are the ratio's denominator; crop and gray are FFmpeg's work too, but the pipeline's choice. The rest is one copy into");
        Line("the model's input, the test for black, a thread that waits for another (the last row has little else), and whatever decoding and inference cost each");
        Line("other by running at the same time.");
        Line("");
    }

    public void Memory(AllocationFigures figures)
    {
        Line("## Managed memory");
        Line("");
        Line("| frames | bytes allocated, by all threads | bytes a frame | collections |");
        Line("|---|---|---|---|");
        Line($"| {figures.Frames} | {figures.Bytes} | {figures.BytesAFrame:0.000} | {figures.Collections} |");
        Line("");
        Line("From capture to aggregate, after 500 frames of warming up. Promised: under one byte a frame.");
        Line("");
    }

    public void Start(StartFigures figures)
    {
        double[] seconds = [.. figures.FirstReadings.Select(t => t.TotalSeconds).Order()];
        Line("## The service");
        Line("");
        Line("| from start to the first reading at a subscriber | resident memory | of it the service's own | the most so far |");
        Line("|---|---|---|---|");
        Line($"| {Median(seconds):0.00} s ({seconds[0]:0.00} to {seconds[^1]:0.00}, {seconds.Length} starts) | {(figures.AnonymousKiB + figures.FileKiB) / 1024} MiB after {figures.Run.TotalSeconds:0} s | {figures.AnonymousKiB / 1024} MiB | {figures.PeakKiB / 1024} MiB |");
        Line("");
        Line("`lusedge run` with lus-severity-7 (a file of 11 MB) on the phantom clip at its own speed, with a broker on loopback. What is not its own are");
        Line("pages of programs and libraries.");
        Line("");
        Line("## The machine");
        Line("");
        Line($"{Processor()}, {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):0} GiB; {RuntimeInformation.OSDescription}, Linux {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()};");
        Line($"{RuntimeInformation.FrameworkDescription}; ONNX Runtime {OrtEnv.Instance().GetVersionString()}; {FFmpegLibraries.Version}, {FFmpegLibraries.Build}. Virtual, and shared with other work: load average {LoadAverage()}");
        Line("when this was printed. A GPU, a Jetson and other processors: not measured.");
    }

    public string ToMarkdown() => _page.ToString();

    private void Row(string clip, string model, IReadOnlyList<OverheadRound> rounds)
    {
        double[] ratios = [.. rounds.Select(r => r.Ratio).Order()];
        Line($"| {clip} | {model} | {Median(ratios):0.000} ({ratios[ratios.Length / 4]:0.000} to {ratios[^(1 + (ratios.Length / 4))]:0.000}) | {Ms(r => r.Pipeline):0.00} | {Ms(r => r.Decoding):0.00} | {Ms(r => r.Inference):0.00} | {Ms(r => r.Gray):0.00} | {Ms(r => r.Rest):0.00} |");

        double Ms(Func<OverheadRound, TimeSpan> part) => Median([.. rounds.Select(r => part(r).TotalMilliseconds).Order()]);
    }

    private static double Median(double[] ordered) => (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private void Line(string text) => _page.Append(text).Append('\n');
}
