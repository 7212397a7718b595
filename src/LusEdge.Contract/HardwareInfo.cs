namespace LusEdge.Contract;

/// <summary>The machine that the device runs on.</summary>
/// <param name="Architecture">For instance x64 or arm64.</param>
/// <param name="Cores">Processors that the service may use.</param>
/// <param name="MemoryBytes">Memory that the service may use, in bytes.</param>
/// <param name="Os">The operating system in its own words.</param>
public sealed record HardwareInfo(string Architecture, int Cores, long MemoryBytes, string Os);
