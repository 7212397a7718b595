using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LusEdge.IntegrationTests;

/// <summary>The <c>ffmpeg</c> and <c>ffprobe</c> commands, which make clips, play feeds and count frames for the tests.</summary>
internal static class FFmpegTool
{
    /// <summary>Runs <c>ffmpeg</c> to its end.</summary>
    public static void Run(params string[] arguments)
    {
        using ChildProcess process = Start(arguments);
        process.OutputOfAll();
    }

    /// <summary>Starts <c>ffmpeg</c>; disposing the result kills it.</summary>
    public static ChildProcess Start(params string[] arguments) =>
        Start("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", .. arguments]);

    /// <summary>How many frames of a clip <c>ffprobe</c> decodes.</summary>
    public static int CountFrames(string clip)
    {
        string[] count = ["-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"];
        using ChildProcess process = Start("ffprobe", ["-v", "error", .. count, clip]);
        return int.Parse(process.OutputOfAll().Split('\n')[0].Trim(',', '\r'), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether this <c>ffmpeg</c> speaks a protocol.</summary>
    public static bool Speaks(string protocol)
    {
        using ChildProcess process = Start("ffmpeg", ["-hide_banner", "-v", "error", "-protocols"]);
        return process.OutputOfAll().Split('\n').Any(line => line.Trim() == protocol);
    }

    /// <summary>Sends a process a signal: STOP makes a feed stall, CONT lets it go on.</summary>
    public static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static ChildProcess Start(string command, string[] arguments)
    {
        try
        {
            return ChildProcess.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            Assert.Skip($"the {command} command is not installed: run tests/run.sh");
            throw;
        }
    }
}
