using System.Runtime.InteropServices;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Notices when any process opens a file, by Linux's inotify.</summary>
internal sealed class OpenedFiles : IDisposable
{
    private const int NonBlocking = 0x800; // IN_NONBLOCK
    private const uint Open = 0x20; // IN_OPEN
    private readonly int _descriptor;

    public OpenedFiles(string path)
    {
        _descriptor = inotify_init1(NonBlocking);
        Assert.True(_descriptor >= 0 && inotify_add_watch(_descriptor, path, Open) >= 0, $"can't watch {path}");
    }

    /// <summary>Whether the file was opened since the last call.</summary>
    public bool Any() => read(_descriptor, new byte[4096], 4096) > 0;

    public void Dispose() => _ = close(_descriptor);

    [DllImport("libc")]
    private static extern int inotify_init1(int flags);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int inotify_add_watch(int fd, string path, uint mask);

    [DllImport("libc")]
    private static extern nint read(int fd, [Out] byte[] buffer, nint count);

    [DllImport("libc")]
    private static extern int close(int fd);
}
