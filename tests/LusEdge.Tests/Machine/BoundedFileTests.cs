using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using LusEdge.Machine;

namespace LusEdge.Tests.Machine;

/// <summary>Files that are read whole: none hangs, and none takes more memory than allowed.</summary>
public sealed class BoundedFileTests : IDisposable
{
    private const int Most = 10_000;
    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(Most)]
    public void A_file_up_to_the_limit_is_read_whole(int length)
    {
        byte[] content = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
        File.WriteAllBytes(_temp["file"], content);
        Assert.Equal(content, BoundedFile.ReadAllBytes(_temp["file"], Most));
        Assert.True(BoundedFile.Exists(_temp["file"]));
    }

    [Fact]
    public void A_larger_file_is_refused_with_both_sizes()
    {
        File.WriteAllBytes(_temp["file"], new byte[Most + 1]);
        Assert.Equal("It has 10001 bytes; at most 10000 are allowed.", Refusal(_temp["file"]));
    }

    [Fact]
    public void What_is_not_a_regular_file_is_refused_without_being_opened()
    {
        using (Process made = Process.Start("mkfifo", [_temp["pipe"]])) made.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_temp["socket"]));
        File.CreateSymbolicLink(_temp["link"], _temp["pipe"]);
        (string Path, string Message)[] refused =
        [
            (_temp["pipe"], "It is a pipe, not a file."),
            (_temp["link"], "It is a pipe, not a file."),
            (_temp["socket"], "It is a socket, not a file."),
            (_temp.Path, "It is a folder, not a file."),
            ("/dev/zero", "It is a device, not a file."),
            ("/dev/null", "It is a device, not a file."),
        ];
        Assert.All(refused, file => Assert.Equal(file.Message, Refusal(file.Path)));
        Assert.All(refused, file => Assert.False(BoundedFile.Exists(file.Path)));
    }

    [Fact]
    public void A_file_that_only_seems_empty_is_read_and_bounded()
    {
        Assert.Equal(0, new FileInfo("/proc/self/status").Length);
        Assert.Contains("VmRSS", BoundedFile.ReadAllText("/proc/self/status", Most), StringComparison.Ordinal);
        Assert.Equal(
            "It has more than 5 bytes; at most 5 are allowed.",
            Assert.ThrowsAny<IOException>(() => BoundedFile.ReadAllBytes("/proc/self/status", 5)).Message);
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_text()
    {
        File.WriteAllText(_temp["file"], "text", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("text", BoundedFile.ReadAllText(_temp["file"], Most));
    }

    [Fact]
    public void A_missing_file_is_not_found() =>
        Assert.Throws<FileNotFoundException>(() => BoundedFile.ReadAllBytes(_temp["missing"], Most));

    private static string Refusal(string path) =>
        Assert.ThrowsAny<IOException>(() => BoundedFile.ReadAllBytes(path, Most)).Message;
}
