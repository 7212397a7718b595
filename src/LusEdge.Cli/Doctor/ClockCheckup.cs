using System.Globalization;
using LusEdge.Contract;
using LusEdge.Machine;

namespace LusEdge.Cli.Doctor;

/// <summary>The clock has a plausible date and is synchronised: results carry their capture time.</summary>
internal sealed class ClockCheckup() : Checkup("clock")
{
    /// <summary>Consumers treat a reading as stale after two seconds; half of that as clock error deserves a warning.</summary>
    private const double LargeErrorMilliseconds = 1000;

    private const string SetTheClock = "timedatectl set-ntp true, or point chrony at the site's time server";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop)
    {
        var built = new DateTimeOffset(File.GetLastWriteTimeUtc(Environment.ProcessPath!));
        return Task.FromResult(Examine(examination.Time.GetUtcNow(), built, KernelClock.Read()));
    }

    /// <summary>Judges the clock.</summary>
    /// <param name="now">The clock's time.</param>
    /// <param name="built">
    /// When this program was written to disk: the true time is later. It gets a day of tolerance, because the clock may have been
    /// off then too.
    /// </param>
    /// <param name="kernel">The kernel's view of its clock, or null if it gives none.</param>
    internal static Finding Examine(DateTimeOffset now, DateTimeOffset built, ClockStatus? kernel)
    {
        string utc = now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        if (now < built.AddDays(-1))
        {
            return Finding.Failed(
                ExitCode.Unavailable,
                $"{utc}, which is before this program was installed ({built:yyyy-MM-dd}).",
                SetTheClock);
        }

        if (kernel is null)
            return Finding.Warning($"{utc}; the kernel does not report whether it is synchronised.", "timedatectl status");
        if (kernel.Sync == ClockSync.None)
            return Finding.Warning($"{utc}, not synchronised: capture times drift, and every message says so.", SetTheClock);
        return kernel.ErrMs > LargeErrorMilliseconds
            ? Finding.Warning(
                FormattableString.Invariant($"{utc}, synchronised, but may be off by {kernel.ErrMs:0} ms."),
                "chronyc tracking, or timedatectl timesync-status")
            : Finding.Ok(FormattableString.Invariant($"{utc}, synchronised, off by at most {kernel.ErrMs:0.#} ms."));
    }
}
