using LusEdge.Configuration;
using LusEdge.Infer;

namespace LusEdge.Cli.Doctor;

/// <summary>The configuration to examine, and what the checks pass on to later ones.</summary>
internal sealed class Examination
{
    private readonly HashSet<string> _brokenSections;

    /// <param name="file">The configuration file.</param>
    /// <param name="isDefaultFile">Whether it is the default rather than the user's choice; the default can be missing.</param>
    /// <param name="time">The clock.</param>
    public Examination(string file, bool isDefaultFile, TimeProvider time)
    {
        File = file.Length == 0 ? "--config" : file;
        Time = time;
        IsWithoutFile = isDefaultFile && !System.IO.File.Exists(file);
        (LusEdgeOptions? options, Errors) = IsWithoutFile ? (null, []) : ConfigurationFile.Read(file);
        IsUnreadable = options is null && !IsWithoutFile;

        // A required section that the file omits is null; the default has an empty source.
        Options = options is { Capture: not null }
            ? options
            : (options ?? new LusEdgeOptions { Capture = new() }) with { Capture = new() };
        _brokenSections = [.. Errors.Select(error => error.Split(':')[0])];
    }

    /// <summary>The configuration file.</summary>
    public string File { get; }

    /// <summary>Whether no file was given and the default one does not exist.</summary>
    public bool IsWithoutFile { get; }

    /// <summary>Whether the file is missing or is not JSON.</summary>
    public bool IsUnreadable { get; }

    /// <summary>All errors in the file.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>The options that could be read, and defaults for the rest.</summary>
    public LusEdgeOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The device's id; <c>lus-unknown</c> without one.</summary>
    public string Device { get; set; } = "lus-unknown";

    /// <summary>Whether FFmpeg can be used.</summary>
    public bool HasFFmpeg { get; set; }

    /// <summary>The frame interval of the live source, if it opened and declares one; otherwise null.</summary>
    public TimeSpan? FrameInterval { get; set; }

    /// <summary>The model in use; null if it could not be loaded.</summary>
    public ModelInUse? Model { get; set; }

    /// <summary>The model's time per frame.</summary>
    public TimeSpan ModelTime { get; set; }

    /// <summary>Why no provider could run the model; null if that is not the problem.</summary>
    public ModelException? ProviderFailure { get; set; }

    /// <summary>Whether a section has errors, so that its check is skipped.</summary>
    public bool IsBroken(string section) => IsUnreadable || _brokenSections.Contains(section);
}
