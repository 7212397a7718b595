namespace LusEdge.Configuration;

/// <summary>A configuration that can't be used.</summary>
/// <param name="file">The file.</param>
/// <param name="errors">All errors in it: one sentence each, beginning with the place.</param>
public sealed class ConfigurationException(string file, IReadOnlyList<string> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(e => $"{file}: {e}")))
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>All errors in it: one sentence each, beginning with the place.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
