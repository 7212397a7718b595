using System.Security.Cryptography;
using System.Text;
using LusEdge.Machine;

namespace LusEdge.Configuration;

/// <summary>
/// The device's id: stable across starts, unique per device, and not the machine id itself, which is confidential.
/// </summary>
public static class DeviceId
{
    /// <summary>Where systemd keeps the machine's id.</summary>
    public const string MachineIdFile = "/etc/machine-id";

    private const int MachineIdLength = 32;
    private const long MaxBytes = 1024;

    /// <summary>The configured id, or <c>lus-</c> and the first 12 hex digits of SHA-256("lusedge" + machine id).</summary>
    /// <param name="configured">Device:Id.</param>
    /// <param name="machineIdFile">The file with the machine's id.</param>
    /// <returns>Null if neither exists: an image that has never booted has no machine id.</returns>
    public static string? Resolve(string? configured, string machineIdFile = MachineIdFile)
    {
        if (configured is not null) return configured;
        string machineId;
        try
        {
            machineId = BoundedFile.ReadAllText(machineIdFile, MaxBytes).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (machineId.Length != MachineIdLength || !machineId.All(char.IsAsciiHexDigit)) return null;
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes("lusedge" + machineId));
        return "lus-" + Convert.ToHexStringLower(hash)[..12];
    }
}
