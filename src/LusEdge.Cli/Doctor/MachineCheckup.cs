using System.Globalization;
using System.Runtime.InteropServices;

namespace LusEdge.Cli.Doctor;

/// <summary>Processors and memory.</summary>
internal sealed class MachineCheckup() : Checkup("machine")
{
    private const double GiB = 1L << 30;

    /// <summary>The service takes about 0.3 with a residual network of 18 layers (docs/benchmarks.md).</summary>
    private const double EnoughMemory = 0.5;

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine());

    private static Finding Examine()
    {
        int processors = Environment.ProcessorCount;
        double total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        double available = Math.Min(total, AvailableMemory() / GiB);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{processors} processor{(processors == 1 ? "" : "s")} ({RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}), {available:0.0} of {total:0.0} GiB memory available; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}.");
        if (processors < 2) return Finding.Warning(text + " Decoding and grading share one processor.", "give the box a second one, or expect frames to be dropped");
        return available < EnoughMemory ? Finding.Warning(text + " That is little.", "free some: ps aux --sort -rss | head") : Finding.Ok(text);
    }

    /// <summary>What the kernel says can be had without swapping.</summary>
    private static double AvailableMemory()
    {
        const string Key = "MemAvailable:";
        string line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) ?? "";
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 3 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long kib) ? kib * 1024.0 : double.MaxValue;
    }
}
