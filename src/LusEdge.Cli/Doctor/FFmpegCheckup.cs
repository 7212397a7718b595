using LusEdge.FFmpeg;

namespace LusEdge.Cli.Doctor;

/// <summary>The distribution's FFmpeg is installed, its version is known, and it behaves like that version.</summary>
internal sealed class FFmpegCheckup() : Checkup("ffmpeg")
{
    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop)
    {
        try
        {
            FFmpegLibraries.Load();
            examination.HasFFmpeg = true;
            return Task.FromResult(Finding.Ok($"{FFmpegLibraries.Version}, {FFmpegLibraries.Build}; self-check passed."));
        }
        catch (FFmpegException e)
        {
            return Task.FromResult(Finding.Failed(ExitCode.Unavailable, e.Message, Suggestion(e)));
        }
    }

    /// <summary>How to get a usable FFmpeg.</summary>
    internal static string Suggestion(FFmpegException e) => e.Failure switch
    {
        FFmpegFailure.LibrariesMissing => "apt-get install ffmpeg",
        FFmpegFailure.VersionUnsupported => "apt-get install ffmpeg, or update this program",
        _ => "ldconfig -p | grep -E 'libav(util|codec|format)' shows which build is loaded; "
            + "remove those that are not the distribution's",
    };
}
