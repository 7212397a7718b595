using LusEdge.Machine;

namespace LusEdge.Tests.Machine;

/// <summary>What the system allows a process, in the files of a made-up system.</summary>
public sealed class ProcessLimitsTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_system_without_limits_has_none()
    {
        Write("proc/self/limits", Limits("1048576", "unlimited"));
        Write("proc/self/cgroup", "0::/\n");
        ProcessLimits limits = ProcessLimits.Read(_root.Path);
        Assert.Equal(new ProcessLimits(1_048_576, null, null), limits);
        Assert.Empty(limits.Flaws);
    }

    [Fact]
    public void A_system_that_tells_nothing_has_none() =>
        Assert.Equal(new ProcessLimits(null, null, null), ProcessLimits.Read(_root.Path));

    [Theory]
    [InlineData("0::/system.slice/lusedge.service\n", "sys/fs/cgroup/system.slice/lusedge.service/memory.max")]
    [InlineData("0::/system.slice/lusedge.service\n", "sys/fs/cgroup/system.slice/memory.max")]
    [InlineData("0::/\n", "sys/fs/cgroup/memory.max")]
    [InlineData("2:cpu:/\n1:memory:/docker/7\n0::/\n", "sys/fs/cgroup/memory/docker/7/memory.limit_in_bytes")]
    [InlineData("2:cpu:/\n1:memory:/docker/7\n0::/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes")]
    public void The_memory_of_every_control_group_above_counts(string groups, string file)
    {
        Write("proc/self/cgroup", groups);
        Write("sys/fs/cgroup/system.slice/memory.max", "max\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Assert.Null(ProcessLimits.Read(_root.Path).Memory);
        Write(file, "209715200\n");
        Assert.Equal(200 << 20, ProcessLimits.Read(_root.Path).Memory);
    }

    [Fact]
    public void A_limit_that_is_too_low_is_a_sentence_with_what_to_do()
    {
        Write("proc/self/limits", Limits("150", "4294967296"));
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", "209715200\n");
        Assert.Equal(
            [
                "The limit of open files is 150, but the service needs 256. Raise it: LimitNOFILE= in the unit, or ulimit -n.",
                "The limit of address space is 4096 MiB, but the service needs 6144 MiB. "
                    + "Remove it: LimitAS= in the unit, or ulimit -v.",
                "The limit of memory is 200 MiB, but the service needs 256 MiB. "
                    + "Raise it: MemoryMax= in the unit, or the container's memory.",
            ],
            ProcessLimits.Read(_root.Path).Flaws);
    }

    private static string Limits(string files, string space) =>
        $"""
        Limit                     Soft Limit           Hard Limit           Units     
        Max cpu time              unlimited            unlimited            seconds   
        Max open files            {files,-20} 1048576              files     
        Max address space         {space,-20} unlimited            bytes     

        """;

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[file])!);
        File.WriteAllText(_root[file], content);
    }
}
