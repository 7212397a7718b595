namespace LusEdge.Cli.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Status">The result.</param>
/// <param name="Text">The finding in a sentence or two. No credentials, no pixels.</param>
/// <param name="Suggestion">What to type or do next; null if there is nothing to do.</param>
/// <param name="Code">The service's exit code in this case; <see cref="ExitCode.Ok"/> unless the check failed.</param>
internal sealed record Finding(CheckStatus Status, string Text, string? Suggestion = null, ExitCode Code = ExitCode.Ok)
{
    public static Finding Ok(string text) => new(CheckStatus.Ok, text);

    public static Finding Warning(string text, string suggestion) => new(CheckStatus.Warning, text, suggestion);

    public static Finding Failed(ExitCode code, string text, string suggestion) =>
        new(CheckStatus.Failed, text, suggestion, code);

    public static Finding Skipped(string text) => new(CheckStatus.Skipped, text);
}
