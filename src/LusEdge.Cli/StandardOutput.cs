namespace LusEdge.Cli;

/// <summary>Runs work that writes results to standard output, where a full disk is not a bug in the program.</summary>
internal static class StandardOutput
{
    /// <summary>Runs the work.</summary>
    /// <param name="work">Runs on another thread: System.CommandLine handles Ctrl-C only after the caller returns.</param>
    /// <returns>The work's exit code, or <see cref="ExitCode.Unavailable"/> if its results could not be written.</returns>
    public static async Task<int> WriteAsync(Func<Task<ExitCode>> work)
    {
        try
        {
            return (int)await Task.Run(work, CancellationToken.None);
        }
        catch (IOException e)
        {
            Failure.Print($"standard output can't be written: {e.Message.TrimEnd('.')}. Free some space on its disk.");
            return (int)ExitCode.Unavailable;
        }
    }
}
