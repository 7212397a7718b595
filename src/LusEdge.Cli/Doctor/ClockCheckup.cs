using System.Globalization;
using LusEdge.Contract;
using LusEdge.Machine;

namespace LusEdge.Cli.Doctor;

/// <summary>The clock has a sane date and is held by a time service: results carry their capture time.</summary>
internal sealed class ClockCheckup() : Checkup("clock")
{
    /// <summary>Consumers take a reading for stale after two seconds: a clock that may be off by half of that is worth a word.</summary>
    private const double LargeErrorMilliseconds = 1000;

    private const string SetTheClock = "timedatectl set-ntp true, or point chrony at the site's time server";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination.Time.GetUtcNow(), new DateTimeOffset(File.GetLastWriteTimeUtc(Environment.ProcessPath!)), KernelClock.Read()));

    /// <summary>Judges what was read.</summary>
    /// <param name="now">What the clock says.</param>
    /// <param name="built">When this program was written to a disk: no true time lies before it. A day's grace, because that disk's clock may have been off too.</param>
    /// <param name="kernel">What the kernel says about its clock.</param>
    internal static Finding Examine(DateTimeOffset now, DateTimeOffset built, ClockStatus? kernel)
    {
        string utc = now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        if (now < built.AddDays(-1))
        {
            return Finding.Failed(ExitCode.Unavailable, $"it says {utc}, which is before this program was installed ({built:yyyy-MM-dd}).", SetTheClock);
        }

        if (kernel is null) return Finding.Warning($"{utc}; the kernel does not tell whether it is synchronised.", "timedatectl status");
        if (kernel.Sync == ClockSync.None) return Finding.Warning($"{utc}, synchronised by nothing: capture times drift, and every message says so.", SetTheClock);
        return kernel.ErrMs > LargeErrorMilliseconds
            ? Finding.Warning(FormattableString.Invariant($"{utc}, synchronised, but it may be off by {kernel.ErrMs:0} ms."), "chronyc tracking, or timedatectl timesync-status")
            : Finding.Ok(FormattableString.Invariant($"{utc}, synchronised, off by {kernel.ErrMs:0.#} ms at most."));
    }
}
