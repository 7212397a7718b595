using System.Globalization;
using System.Runtime.InteropServices;
using LusEdge.Machine;

namespace LusEdge.Cli.Doctor;

/// <summary>Processors, memory, and what the system allows this process.</summary>
internal sealed class MachineCheckup() : Checkup("machine")
{
    private const double GiB = 1L << 30;
    private const long MaxBytes = 64 << 10;

    /// <summary>In GiB. The service takes about 0.3 with an 18-layer residual network (docs/benchmarks.md).</summary>
    private const double EnoughMemory = 0.5;

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine());

    private static Finding Examine()
    {
        int processors = Environment.ProcessorCount;
        double total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        ProcessLimits limits = ProcessLimits.Read();
        double available = Math.Min(Math.Min(total, AvailableMemory() / GiB), (limits.Memory ?? double.MaxValue) / GiB);
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string memory = string.Create(CultureInfo.InvariantCulture, $"{available:0.0} of {total:0.0} GiB memory available");
        string text = $"{processors} processor{(processors == 1 ? "" : "s")} ({architecture}), {memory}; "
            + $"{RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}.";
        if (limits.Flaws is not [])
        {
            return Finding.Failed(
                ExitCode.Unavailable,
                $"{text} {string.Join(' ', limits.Flaws)}",
                "ulimit -a; for the service: systemctl show lusedge -p LimitNOFILE -p LimitAS -p MemoryMax");
        }

        if (processors < 2)
        {
            return Finding.Warning(
                text + " Decoding and grading share one processor.", "give the box a second one, or expect dropped frames");
        }

        return available < EnoughMemory
            ? Finding.Warning(text + " That is little memory.", "free some: ps aux --sort -rss | head")
            : Finding.Ok(text);
    }

    /// <summary>The kernel's estimate of the bytes available without swapping.</summary>
    private static double AvailableMemory()
    {
        const string Key = "MemAvailable:";
        string[] lines = BoundedFile.ReadAllText("/proc/meminfo", MaxBytes).Split('\n');
        string line = lines.FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) ?? "";
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 3 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long kib)
            ? kib * 1024.0
            : double.MaxValue;
    }
}
