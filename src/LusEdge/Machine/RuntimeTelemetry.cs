using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LusEdge.Machine;

/// <summary>
/// ONNX Runtime from 1.31 on sends usage events to its maker and keeps a device id in the user's folder, unless it is told not to
/// before its library is loaded. Nothing leaves this box, so it is told when the assembly is, whoever will open a session.
/// </summary>
internal static class RuntimeTelemetry
{
    private const string Switch = "ORT_DISABLE_TELEMETRY";

#pragma warning disable CA2255 // A library's own initializer: no caller of the runtime may forget it.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Disable()
    {
        // Not Environment.SetEnvironmentVariable alone: that changes .NET's copy, which a native library does not see.
        if (SetEnv(Switch, "1", 1) != 0) throw new InvalidOperationException($"{Switch} can't be set in the process's environment.");
    }

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetEnv(string name, string value, int overwrite);
}
