using System.Globalization;

namespace LusEdge.Machine;

/// <summary>
/// The service's share of a busy processor. A stall must be announced within a second, whatever else runs on the box.
/// </summary>
public static class ProcessPriority
{
    /// <summary>Ahead of ordinary programs, behind what the system itself runs with.</summary>
    private const int Nice = -5;

    /// <summary>
    /// Gives every thread of this process at least that priority; threads started later inherit it. Without the permission
    /// (<c>CAP_SYS_NICE</c>, or a unit's <c>Nice=</c>) everything stays as it is.
    /// </summary>
    public static void Raise()
    {
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            LibC.RaisePriority(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), Nice);
        }
    }
}
