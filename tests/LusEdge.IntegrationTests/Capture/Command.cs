using System.Diagnostics;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Runs a command of the system.</summary>
internal static class Command
{
    /// <summary>Runs it to its end.</summary>
    /// <returns>Its standard output.</returns>
    public static string Run(string command, params string[] arguments)
    {
        using Process process = Start(command, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public static Process Start(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>How many frames of a clip <c>ffprobe</c> decodes.</summary>
    public static int CountFrames(string clip) => int.Parse(
        Run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", clip)
            .Split('\n')[0].Trim(',', '\r'),
        System.Globalization.CultureInfo.InvariantCulture);
}
