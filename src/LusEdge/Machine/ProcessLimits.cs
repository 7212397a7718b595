using System.Globalization;

namespace LusEdge.Machine;

/// <summary>What the system allows this process: ulimit, the unit's Limit…= and MemoryMax=, a container's memory.</summary>
/// <param name="OpenFiles">RLIMIT_NOFILE, in files; null without a limit.</param>
/// <param name="AddressSpace">RLIMIT_AS, in bytes; null without a limit.</param>
/// <param name="Memory">The control group's memory limit, in bytes; null without a limit.</param>
public sealed record ProcessLimits(long? OpenFiles, long? AddressSpace, long? Memory)
{
    /// <summary>
    /// Files that the service opens: 225 were measured with the embedded broker, because .NET keeps the files of its libraries
    /// open.
    /// </summary>
    public const long NeededFiles = 256;

    /// <summary>Files without which not even the libraries of the commands can be loaded: 120 were measured.</summary>
    public const long NeededFilesToStart = 128;

    /// <summary>
    /// Bytes. Almost all of them are only reserved, by .NET's garbage collector and by native libraries: 5.7 GiB were measured as
    /// enough, 4.8 GiB as too few.
    /// </summary>
    public const long NeededAddressSpace = 6L << 30;

    /// <summary>Bytes. The service took 190 MB with the shipped model and a small picture.</summary>
    public const long NeededMemory = 256L << 20;

    private const long MaxBytes = 64 << 10;

    /// <summary>Why the service can't run within these limits: one sentence each.</summary>
    public IReadOnlyList<string> Flaws =>
    [
        .. Flaw(
            OpenFiles, NeededFiles, "open files", files => files.ToString(CultureInfo.InvariantCulture),
            "Raise it: LimitNOFILE= in the unit, or ulimit -n."),
        .. Flaw(AddressSpace, NeededAddressSpace, "address space", Size, "Remove it: LimitAS= in the unit, or ulimit -v."),
        .. Flaw(Memory, NeededMemory, "memory", Size, "Raise it: MemoryMax= in the unit, or the container's memory."),
    ];

    /// <summary>Reads the limits of this process.</summary>
    /// <param name="root">The system's root folder.</param>
    public static ProcessLimits Read(string root = "/")
    {
        string limits = ReadText(Path.Combine(root, "proc/self/limits"));
        return new ProcessLimits(
            LimitIn(limits, "Max open files"), LimitIn(limits, "Max address space"), MemoryIn(root));
    }

    private static string[] Flaw(long? limit, long needed, string what, Func<long, string> show, string advice) =>
        limit < needed ? [$"The limit of {what} is {show(limit.Value)}, but the service needs {show(needed)}. {advice}"] : [];

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");

    /// <summary>The soft limit, which follows the name; .NET has raised the one of open files to the hard limit.</summary>
    private static long? LimitIn(string limits, string name)
    {
        string? line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return NumberIn(line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "");
    }

    /// <summary>The lowest limit of the process's control group and those above it, in version 2 or 1 of their files.</summary>
    private static long? MemoryIn(string root)
    {
        long? lowest = null;
        foreach (string line in ReadText(Path.Combine(root, "proc/self/cgroup")).Split('\n'))
        {
            // ID:CONTROLLERS:PATH
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            (string folder, string file) = parts[1].Split(',').Contains("memory")
                ? ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
                : ("sys/fs/cgroup", "memory.max");
            if (file == "memory.max" && parts[1].Length > 0) continue;
            for (string path = parts[2].Trim('/'); ; path = Path.GetDirectoryName(path) ?? "")
            {
                long? limit = NumberIn(ReadText(Path.Combine(root, folder, path, file)).Trim());
                if (limit < (lowest ?? long.MaxValue)) lowest = limit;
                if (path.Length == 0) break;
            }
        }

        // Version 1 says "none" as the largest multiple of a page.
        return lowest < long.MaxValue >> 1 ? lowest : null;
    }

    private static long? NumberIn(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string ReadText(string file)
    {
        try
        {
            return BoundedFile.ReadAllText(file, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel or a container without it: then there is no limit of this kind.
            return "";
        }
    }
}
