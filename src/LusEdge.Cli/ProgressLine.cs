namespace LusEdge.Cli;

/// <summary>A progress line on a terminal's standard error, erased at the end. Logs and pipes get none.</summary>
/// <param name="what">What is in progress.</param>
internal sealed class ProgressLine(string what) : IProgress<string>, IDisposable
{
    private readonly bool _shows = !Console.IsErrorRedirected;
    private string _shown = "";

    /// <summary>Shows progress as a percentage.</summary>
    /// <param name="share">0 to 1.</param>
    public void Show(double share) => Show(FormattableString.Invariant($"{share:0%}"));

    /// <summary>Shows progress in words.</summary>
    public void Show(string state)
    {
        if (!_shows || state == _shown) return;
        Console.Error.Write($"\r{what}: {state}\x1b[K");
        _shown = state;
    }

    /// <inheritdoc/>
    void IProgress<string>.Report(string value) => Show(value);

    /// <summary>Erases the line, so that results can follow.</summary>
    public void Dispose()
    {
        if (_shown.Length > 0) Console.Error.Write("\r\x1b[K");
        _shown = "";
    }
}
