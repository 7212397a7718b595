using LusEdge.Benchmarks;
using LusEdge.Capture;
using LusEdge.FFmpeg;

// What the appliance costs on top of the unavoidable work. Standard output is docs/benchmarks.md, standard error shows progress.
bool smoke = args.Contains("--smoke");
if (args.Any(argument => argument != "--smoke"))
{
    Console.Error.WriteLine("usage: LusEdge.Benchmarks [--smoke]");
    Console.Error.WriteLine("  --smoke  a few frames of each, to check that it works; the figures mean nothing");
    return 64;
}

FFmpegLibraries.Load();
using var bench = new Bench();
var sizes = smoke ? new Sizes(Rounds: 2, Frames: 20, ManyFrames: 200, Starts: 1, Run: TimeSpan.FromSeconds(1)) : Sizes.Full;
var report = new Report(sizes);
var small = new CaptureOptions { Source = bench.LongClip };
var large = new CaptureOptions { Source = bench.LargeClip, Sector = Sector.Parse("200,120,800,640") };
report.Overhead(
    Overhead.Measure(small, new PictureSize(400, 320), bench.ShippedModel, sizes.Rounds, sizes.Frames),
    Overhead.Measure(large, new PictureSize(800, 640), bench.ShippedModel, sizes.Rounds, sizes.Frames),
    Overhead.Measure(small, new PictureSize(400, 320), bench.EmptyModel, sizes.Rounds, 10 * sizes.Frames));
report.Memory(Allocations.Measure(bench, smoke ? bench.EmptyModel : bench.ShippedModel, sizes));
report.Start(await StartUp.MeasureAsync(bench, sizes));
Console.Out.Write(report.ToMarkdown());
return 0;
