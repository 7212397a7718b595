namespace LusEdge.Contract;

/// <summary>The machine that the service runs on.</summary>
/// <param name="Architecture">For instance x64 or arm64.</param>
/// <param name="Cores">Processors available to the service.</param>
/// <param name="MemoryBytes">Memory available to the service, in bytes.</param>
/// <param name="Os">The operating system's description of itself.</param>
public sealed record HardwareInfo(string Architecture, int Cores, long MemoryBytes, string Os);
