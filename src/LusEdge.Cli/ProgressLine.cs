namespace LusEdge.Cli;

/// <summary>A line on standard error that says that something moves, and is gone in the end. In a log or a pipe there is none.</summary>
/// <param name="what">What is under way.</param>
internal sealed class ProgressLine(string what) : IProgress<string>, IDisposable
{
    private readonly bool _shows = !Console.IsErrorRedirected;
    private string _shown = "";

    /// <summary>Says how far it is.</summary>
    /// <param name="share">0 to 1.</param>
    public void Show(double share) => Show(FormattableString.Invariant($"{share:0%}"));

    /// <summary>Says how far it is.</summary>
    public void Show(string state)
    {
        if (!_shows || state == _shown) return;
        Console.Error.Write($"\r{what}: {state}\x1b[K");
        _shown = state;
    }

    /// <inheritdoc/>
    void IProgress<string>.Report(string value) => Show(value);

    /// <summary>Takes the line away, so that results can follow.</summary>
    public void Dispose()
    {
        if (_shown.Length > 0) Console.Error.Write("\r\x1b[K");
        _shown = "";
    }
}
