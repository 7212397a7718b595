using LusEdge.Benchmarks;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.FFmpeg;

// What the appliance costs on top of the work that cannot be avoided. Standard output is docs/benchmarks.md; progress goes to
// standard error.
bool smoke = args.Contains("--smoke");
if (args.Any(argument => argument != "--smoke"))
{
    Console.Error.WriteLine(
        "usage: LusEdge.Benchmarks [--smoke]   (--smoke: a few frames of each, to see that it works; its figures mean nothing)");
    return 64;
}

FFmpegLibraries.Load();
using var bench = new Bench();
Sizes sizes = smoke ? Sizes.Smoke : Sizes.Full;
var report = new Report(sizes);
var small = new CaptureOptions { Source = bench.LongClip };
var large = new CaptureOptions { Source = bench.LargeClip, Sector = Sector.Parse("200,120,800,640") };
var smallPicture = new PictureSize(400, 320);
var largePicture = new PictureSize(800, 640);
report.Overhead(
    fp32: Overhead.Measure(small, smallPicture, bench.FullPrecisionModel, sizes.Rounds, sizes.Frames),
    int8: Overhead.Measure(small, smallPicture, bench.ShippedModel, sizes.Rounds, sizes.Frames),
    screen: Overhead.Measure(large, largePicture, bench.ShippedModel, sizes.Rounds, sizes.Frames),
    empty: Overhead.Measure(small, smallPicture, bench.EmptyModel, sizes.Rounds, 10 * sizes.Frames));
report.Memory(Allocations.Measure(bench, smoke ? bench.EmptyModel : bench.ShippedModel, sizes));
report.Commits(await EventCommits.MeasureAsync(bench, sizes));
report.Start(await StartUp.MeasureAsync(bench, sizes));
Console.Out.Write(report.ToMarkdown());
return 0;
