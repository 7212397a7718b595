namespace LusEdge.Cli;

/// <summary>Where results go. A full disk behind it is no fault of the program.</summary>
internal static class StandardOutput
{
    /// <summary>Runs what writes there.</summary>
    /// <param name="work">On another thread, because Ctrl-C is only listened to once the caller returns.</param>
    /// <returns>The exit code: the work's own, or <see cref="ExitCode.Unavailable"/> with a sentence when its results could not be written.</returns>
    public static async Task<int> WriteAsync(Func<Task<ExitCode>> work)
    {
        try
        {
            return (int)await Task.Run(work, CancellationToken.None);
        }
        catch (IOException e)
        {
            Failure.Print($"standard output can't be written: {e.Message.TrimEnd('.')}. Make room where it goes.");
            return (int)ExitCode.Unavailable;
        }
    }
}
