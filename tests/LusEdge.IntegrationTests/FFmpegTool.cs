using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LusEdge.IntegrationTests;

/// <summary>The <c>ffmpeg</c> command: makes the clips and plays the feeds of the tests.</summary>
internal static class FFmpegTool
{
    /// <summary>Runs it to its end.</summary>
    public static async Task RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, error);
    }

    /// <summary>Starts it; disposing the result kills it.</summary>
    public static ChildProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true };
        try
        {
            return new ChildProcess { StartInfo = start }.Started();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("the ffmpeg command is not installed: run tests/run.sh");
            throw;
        }
    }

    /// <summary>Sends it a signal: STOP makes a feed stall, CONT lets it go on.</summary>
    public static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>A port of loopback that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
