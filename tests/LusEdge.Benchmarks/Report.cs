using System.Runtime.InteropServices;
using System.Text;
using LusEdge.FFmpeg;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Benchmarks;

/// <summary>The figures as a page, ratios first.</summary>
internal sealed class Report(Sizes sizes)
{
    private readonly StringBuilder _page = new();

    public void Overhead(
        IReadOnlyList<OverheadRound> fp32,
        IReadOnlyList<OverheadRound> int8,
        IReadOnlyList<OverheadRound> screen,
        IReadOnlyList<OverheadRound> empty)
    {
        Lines($"""
            # Benchmarks

            What the appliance costs on top of the work that cannot be avoided. `tests/LusEdge.Benchmarks` printed this page:

            ```
            dotnet publish src/LusEdge.Cli -c Release -r linux-x64 --self-contained false -o artifacts/lusedge
            dotnet run --project tests/LusEdge.Benchmarks -c Release > docs/benchmarks.md
            ```

            Read the ratios: they hold on other machines; seconds and milliseconds do not. BenchmarkDotNet measures elapsed time;
            this program compares the CPU time of several threads, alternating within one process.

            ## The pipeline relative to its unavoidable parts

            CPU time per frame of the whole pipeline (read, decode, crop and convert to gray, hand over, preprocess, infer,
            aggregate), divided by that of decoding alone plus a bare ONNX Runtime loop with the same clip, model and threads.
            Target for the first row: at most 1.05.

            | clip | model | ratio: median (middle half) | pipeline | decoding | ONNX Runtime | crop and gray | the rest |
            |---|---|---|---|---|---|---|---|
            """);
        Row("400x320, the whole picture", "lus-severity-4, fp32", fp32);
        Row("400x320, the whole picture", "lus-severity-7, int8", int8);
        Row("800x640 sector of 1280x1024", "lus-severity-7, int8", screen);
        Row("400x320, the whole picture", "a no-op model", empty);
        Lines($"""

            Times are medians in milliseconds of CPU time per frame, over {sizes.Rounds} rounds of {sizes.Frames} frames
            ({10 * sizes.Frames} in the last row), with the parts alternating. The clips are `models/phantom/phantom-walk.mp4`
            (H.264) and the same clip on a larger, otherwise black screen. lus-severity-4 is a ResNet-50 at 224x224,
            lus-severity-7 a ResNet-18 at 128x128. The ratio grows as the model gets cheaper, because what the pipeline adds
            stays nearly the same: compare the last two columns. Decoding and ONNX Runtime alone are the denominator; cropping
            and gray conversion also run in FFmpeg, but are the pipeline's choice. The rest is one copy into the model's input,
            the checks for black and frozen pictures, threads that wait for each other (most of the last row), and what decoding
            and inference cost each other by running at the same time.

            """);
    }

    public void Memory(AllocationFigures figures) => Lines($"""
        ## Managed memory

        | frames | bytes allocated, by all threads | bytes per frame | collections |
        |---|---|---|---|
        | {figures.Frames} | {figures.Bytes} | {figures.BytesPerFrame:0.000} | {figures.Collections} |

        From capture to aggregate, after 500 frames of warm-up. Promised: less than one byte per frame.

        """);

    public void Commits(CommitFigures figures) => Lines($"""
        ## Time to commit a clip

        | commits | from the clip's end to the disk: median | p99 | maximum |
        |---|---|---|---|
        | {figures.Times.Count} | {Percentile(figures, 50)} ms | {Percentile(figures, 99)} ms | {Percentile(figures, 100)} ms |

        A `kill -9` within this time loses the clip that just closed. SQLite with synchronous=FULL on {figures.FileSystem}, on
        this machine's disk. SD cards are expected to be slower; not verified on hardware.

        """);

    public void Start(StartFigures figures)
    {
        double[] seconds = [.. figures.FirstReadings.Select(t => t.TotalSeconds).Order()];
        string starts = $"{Median(seconds):0.00} s ({seconds[0]:0.00} to {seconds[^1]:0.00}, {seconds.Length} starts)";
        double gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        string architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        string resident = $"{(figures.AnonymousKiB + figures.FileKiB) / 1024} MiB after {figures.Run.TotalSeconds:0} s";
        Lines($"""
            ## The service

            | from start to the first reading at a subscriber | resident memory | private memory | peak |
            |---|---|---|---|
            | {starts} | {resident} | {figures.AnonymousKiB / 1024} MiB | {figures.PeakKiB / 1024} MiB |

            `lusedge run` with lus-severity-7 on the phantom clip at its own speed, with a broker on loopback. Resident
            memory that is not private is mapped programs and libraries.

            ## The machine

            {Processor()}, {Environment.ProcessorCount} processors, {gibibytes:0} GiB;
            {RuntimeInformation.OSDescription}, Linux {Environment.OSVersion.Version}, {architecture};
            {RuntimeInformation.FrameworkDescription}; ONNX Runtime {OrtEnv.Instance().GetVersionString()};
            {FFmpegLibraries.Version}, {FFmpegLibraries.Build}.
            Virtual, and shared with other work: the load average was {LoadAverage()} when this was printed.
            GPUs, Jetson and other processors: not measured.
            """);
    }

    public string ToMarkdown() => _page.ToString();

    private void Row(string clip, string model, IReadOnlyList<OverheadRound> rounds)
    {
        double[] ratios = [.. rounds.Select(r => r.Ratio).Order()];
        int quarter = ratios.Length / 4;
        string ratio = $"{Median(ratios):0.000} ({ratios[quarter]:0.000} to {ratios[^(1 + quarter)]:0.000})";
        Lines(
            $"| {clip} | {model} | {ratio} | {Ms(r => r.Pipeline)} | {Ms(r => r.Decoding)} | {Ms(r => r.Inference)} "
            + $"| {Ms(r => r.Gray)} | {Ms(r => r.Rest)} |");

        string Ms(Func<OverheadRound, TimeSpan> part) =>
            $"{Median([.. rounds.Select(r => part(r).TotalMilliseconds).Order()]):0.00}";
    }

    private static string Percentile(CommitFigures figures, int percent) =>
        $"{figures.Times[percent * (figures.Times.Count - 1) / 100].TotalMilliseconds:0.0}";

    private static double Median(double[] ordered) => (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? "unknown processor";

    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private void Lines(string text) => _page.Append(text).Append('\n');
}
