using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LusEdge.Machine;

/// <summary>
/// System calls that .NET does not offer: replace a link or exchange two names atomically, fsync a folder, tell what kind of file
/// a name leads to and whether it is still the same one, priorities and waits of threads.
/// </summary>
internal static class LibC
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const uint RenameExchange = 2;
    private const int InvalidArgument = 22;
    private const int NoSuchCall = 38;
    private const int ThisThread = 1;
    private const int PriorityOfProcess = 0;
    private const uint FileTypeWanted = 1;
    private const int FileTypeMask = 0xF000;
    private const uint InodeOnly = 0x100;

    /// <summary>rename(2): atomically replaces the target, so a reader sees either the old file or the new one.</summary>
    public static void Rename(string from, string to)
    {
        if (rename(from, to) != 0) throw Failure(to);
    }

    /// <summary>renameat2(2): atomically exchanges two names.</summary>
    /// <returns>False if the file system, the kernel or the C library does not support it; nothing has changed.</returns>
    public static bool Exchange(string one, string other)
    {
        try
        {
            if (renameat2(CurrentDirectory, one, CurrentDirectory, other, RenameExchange) == 0) return true;
            return Marshal.GetLastPInvokeError() is InvalidArgument or NoSuchCall ? false : throw Failure(other);
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>fsync(2) on a folder: from here on its entries survive a power loss.</summary>
    public static void FlushFolder(string folder)
    {
        int descriptor = open(folder, ReadOnlyCloseOnExec);
        if (descriptor < 0) throw Failure(folder);
        int result = fsync(descriptor);
        IOException? failure = result == 0 ? null : Failure(folder);
        _ = close(descriptor);
        if (failure is not null) throw failure;
    }

    /// <summary>setpriority(2) for one thread, unless its priority is higher. Does nothing without the permission.</summary>
    /// <param name="thread">Its id.</param>
    /// <param name="nice">From -20, the highest, to 19.</param>
    public static void RaisePriority(int thread, int nice)
    {
        if (getpriority(PriorityOfProcess, thread) > nice) _ = setpriority(PriorityOfProcess, thread, nice);
    }

    /// <summary>statx(2): which file a name leads to. No other file has the same identity while this one is open.</summary>
    /// <returns>Null if there is no such file, or its folder can't be searched.</returns>
    public static FileIdentity? Identity(string path) => statx(CurrentDirectory, path, 0, InodeOnly, out Status status) == 0
        ? new FileIdentity(status.DeviceMajor, status.DeviceMinor, status.Inode)
        : null;

    /// <summary>getrusage(2): how often the calling thread has given up the processor because it had to wait.</summary>
    public static long VoluntarySwitches()
    {
        _ = getrusage(ThisThread, out Usage usage);
        return usage.VoluntarySwitches;
    }

    /// <summary>statx(2): what a path leads to, without opening it; links are followed.</summary>
    /// <returns>Null if it can't be told, for instance because nothing is there.</returns>
    public static FileKind? KindOf(string path)
    {
        try
        {
            return statx(CurrentDirectory, path, 0, FileTypeWanted, out Status status) == 0
                ? (FileKind)(status.Mode & FileTypeMask)
                : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or ArgumentException)
        {
            // A C library older than glibc 2.28, or a path that is not text: opening it will tell.
            return null;
        }
    }

    private static IOException Failure(string path) =>
        new($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int rename(string from, string to);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int renameat2(int fromFolder, string from, int toFolder, string to, uint flags);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int open(string path, int flags);

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int statx(int folder, string path, int flags, uint mask, out Status status);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int getrusage(int who, out Usage usage);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int getpriority(int which, int who);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int setpriority(int which, int who, int priority);

    /// <summary>struct rusage of 64-bit Linux: two times of 16 bytes and fourteen longs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Usage
    {
        /// <summary>ru_nvcsw.</summary>
        [FieldOffset(128)]
        public long VoluntarySwitches;
    }

    /// <summary>struct statx, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        /// <summary>stx_mode.</summary>
        [FieldOffset(28)]
        public ushort Mode;

        /// <summary>stx_ino.</summary>
        [FieldOffset(32)]
        public ulong Inode;

        /// <summary>stx_dev_major.</summary>
        [FieldOffset(136)]
        public uint DeviceMajor;

        /// <summary>stx_dev_minor.</summary>
        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
