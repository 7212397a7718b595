using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LusEdge.Infer;

/// <summary>What .NET has no call for: to replace a link in one step, and to have a folder's entries on the disk.</summary>
internal static class LibC
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>rename(2): the new name is what the old one was, at once; whoever looks finds the one or the other.</summary>
    public static void Rename(string from, string to)
    {
        if (rename(from, to) != 0) throw Failure(to);
    }

    /// <summary>fsync(2) of a folder: its entries outlive a loss of power from here on.</summary>
    public static void FlushFolder(string folder)
    {
        int descriptor = open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0) throw Failure(folder);
        int result = fsync(descriptor);
        IOException? failure = result == 0 ? null : Failure(folder);
        _ = close(descriptor);
        if (failure is not null) throw failure;
    }

    private static IOException Failure(string path) => new($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int rename(string from, string to);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int descriptor);
}
