using LusEdge.Capture;
using LusEdge.Configuration;
using LusEdge.FFmpeg;
using LusEdge.Infer;
using LusEdge.Preprocess;
using LusEdge.Publish;

namespace LusEdge.Cli;

/// <summary>From an exception to a sentence on standard error and an exit code. Never a stack trace.</summary>
internal static class Failure
{
    /// <summary>Says what is wrong and returns the code to leave with.</summary>
    public static ExitCode Report(Exception exception)
    {
        switch (exception)
        {
            case ConfigurationException configuration:
                foreach (string error in configuration.Errors) Print($"{configuration.File}: {error}");
                return ExitCode.Configuration;
            case CaptureException capture:
                Print(capture.Message);
                return capture.Reason switch
                {
                    CaptureFailure.NotFound or CaptureFailure.Unreachable => ExitCode.SourceNotFound,
                    CaptureFailure.FFmpegUnavailable => ExitCode.Unavailable,
                    _ => ExitCode.BadData,
                };
            case FFmpegException:
                Print(exception.Message);
                return ExitCode.Unavailable;
            case ModelException model:
                Print(model.Message);
                return model.Reason is ModelFailure.ProviderUnavailable or ModelFailure.NoWorkingSpace ? ExitCode.Unavailable : ExitCode.BadData;
            case PreprocessException:
                Print(exception.Message);
                return ExitCode.BadData;
            case PublishException:
                Print(exception.Message);
                return ExitCode.Unavailable;
            case TimeoutException:
                Print(exception.Message);
                return ExitCode.Hung;
            default:
                Print($"internal error: {exception.GetType().Name}: {exception.Message}. Please report it with the command line and the version.");
                return ExitCode.Internal;
        }
    }

    /// <summary>A sentence for a person, on standard error: standard output is for results.</summary>
    public static void Print(string sentence) => Console.Error.WriteLine($"lusedge: {sentence}");
}
