namespace LusEdge.Machine;

/// <summary>Tells one file from another, whatever its name.</summary>
/// <param name="DeviceMajor">The device's major number.</param>
/// <param name="DeviceMinor">The device's minor number.</param>
/// <param name="Inode">The file's number on the device.</param>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode);
