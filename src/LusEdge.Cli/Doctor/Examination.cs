using LusEdge.Configuration;
using LusEdge.Infer;

namespace LusEdge.Cli.Doctor;

/// <summary>What is examined: a configuration, as far as there is one, on this box. Checks leave here what later ones need.</summary>
internal sealed class Examination
{
    private readonly HashSet<string> _brokenSections;

    /// <param name="file">The configuration's file.</param>
    /// <param name="isDefaultFile">Whether nobody named it: then it need not exist.</param>
    /// <param name="time">The clock.</param>
    public Examination(string file, bool isDefaultFile, TimeProvider time)
    {
        File = file.Length == 0 ? "--config" : file;
        Time = time;
        IsWithoutFile = isDefaultFile && !System.IO.File.Exists(file);
        (LusEdgeOptions? options, Errors) = IsWithoutFile ? (null, []) : ConfigurationFile.Read(file);
        IsUnreadable = options is null && !IsWithoutFile;

        // A required section that is left out is null in what was read; its default has an empty source.
        Options = options is { Capture: not null } ? options : (options ?? new LusEdgeOptions { Capture = new() }) with { Capture = new() };
        _brokenSections = [.. Errors.Select(error => error.Split(':')[0])];
    }

    /// <summary>The configuration's file.</summary>
    public string File { get; }

    /// <summary>No file was named and there is none at the usual place.</summary>
    public bool IsWithoutFile { get; }

    /// <summary>The file is missing or no JSON: nothing of it is known.</summary>
    public bool IsUnreadable { get; }

    /// <summary>Everything wrong in the file.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>What could be read, the defaults for the rest.</summary>
    public LusEdgeOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The device's id; <c>lus-unknown</c> where there is none.</summary>
    public string Device { get; set; } = "lus-unknown";

    /// <summary>Whether FFmpeg can be used.</summary>
    public bool HasFFmpeg { get; set; }

    /// <summary>Time from frame to frame of a live source that opened; null without one.</summary>
    public TimeSpan? FrameInterval { get; set; }

    /// <summary>What really grades the frames, null where none could be loaded.</summary>
    public ModelInUse? Model { get; set; }

    /// <summary>How long a frame takes the model.</summary>
    public TimeSpan ModelTime { get; set; }

    /// <summary>Why no provider runs the model, if that is what is wrong.</summary>
    public ModelException? ProviderFailure { get; set; }

    /// <summary>Whether a section has errors, so that what it says can't be checked.</summary>
    public bool IsBroken(string section) => IsUnreadable || _brokenSections.Contains(section);
}
