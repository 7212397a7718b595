using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LusEdge.Machine;

/// <summary>
/// From version 1.31, ONNX Runtime sends usage events to its maker and keeps a device id in the user's folder unless this is
/// disabled before its library is loaded. Nothing may leave this device, so it is disabled when this assembly loads, before any
/// session opens.
/// </summary>
internal static class RuntimeTelemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

#pragma warning disable CA2255 // A module initializer in a library, because no caller of ONNX Runtime may forget this.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Disable()
    {
        // Environment.SetEnvironmentVariable changes only .NET's copy, which a native library does not see.
        if (SetEnv(Switch, "1", 1) != 0)
        {
            throw new InvalidOperationException($"{Switch} can't be set in the process's environment.");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetEnv(string name, string value, int overwrite);
}
