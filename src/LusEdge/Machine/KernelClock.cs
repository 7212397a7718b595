using System.Runtime.InteropServices;
using LusEdge.Contract;

namespace LusEdge.Machine;

/// <summary>The kernel's view of its clock, to which every time service (chrony, ntpd, systemd-timesyncd) reports.</summary>
public static class KernelClock
{
    /// <summary>sys/timex.h: the clock is not synchronised.</summary>
    private const int StatusUnsynchronised = 0x40;

    /// <summary>sys/timex.h: what adjtimex returns for such a clock.</summary>
    private const int TimeError = 5;

    /// <summary>The state of the clock, or null if the kernel does not report it.</summary>
    public static ClockStatus? Read()
    {
        var timex = new Timex(); // Mode 0: read, change nothing.
        int state;
        try
        {
            state = adjtimex(ref timex);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }

        if (state < 0) return null;
        if (state == TimeError || (timex.Status & StatusUnsynchronised) != 0) return new ClockStatus(ClockSync.None, null);
        return new ClockStatus(ClockSync.Ntp, Math.Round(timex.MaxErrorMicroseconds / 1000.0, 1));
    }

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int adjtimex(ref Timex timex);

    /// <summary>struct timex on 64-bit Linux: 208 bytes, most of which are not needed here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    private struct Timex
    {
        [FieldOffset(24)]
        public long MaxErrorMicroseconds;

        [FieldOffset(40)]
        public int Status;
    }
}
