namespace LusEdge.Contract;

/// <summary>The program that runs on the device.</summary>
/// <param name="Name">Always <c>lusedge</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Runtime">The .NET runtime's description of itself.</param>
public sealed record SoftwareInfo(string Name, string Version, string Runtime);
