using LusEdge.Capture.Source;
using LusEdge.FFmpeg;
using LusEdge.Infer;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Commands;

/// <summary>Converts an exception to a sentence on standard error and an exit code. Never prints a stack trace.</summary>
internal static class Failure
{
    /// <summary>Prints the error and returns the exit code.</summary>
    public static ExitCode Report(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            Print("stopped.");
            return ExitCode.Interrupted;
        }

        ExitCode code = exception switch
        {
            TrainingException { Reason: TrainingFailure.TorchUnavailable or TrainingFailure.FontMissing } => ExitCode.Unavailable,
            TrainingException { Reason: TrainingFailure.NotFound } => ExitCode.NotFound,
            TrainingException => ExitCode.BadData,
            PhantomException { Reason: PhantomFailure.EncoderMissing } => ExitCode.Unavailable,
            ModelException { Reason: ModelFailure.NotFound } => ExitCode.NotFound,
            PhantomException or ModelException => ExitCode.BadData,
            CaptureException { Reason: CaptureFailure.NotFound or CaptureFailure.Unreachable } => ExitCode.NotFound,
            CaptureException { Reason: CaptureFailure.FFmpegUnavailable } => ExitCode.Unavailable,
            CaptureException => ExitCode.BadData,
            FFmpegException => ExitCode.Unavailable,
            IOException or UnauthorizedAccessException => ExitCode.BadData,
            _ => ExitCode.Internal,
        };
        Print(code == ExitCode.Internal
            ? $"internal error: {exception.GetType().Name}: {exception.Message}. "
                + "Please report it with the command line and the version."
            : exception.Message);
        return code;
    }

    /// <summary>Prints a sentence for the user on standard error; standard output is for results.</summary>
    public static void Print(string sentence) => Console.Error.WriteLine($"lusedge-train: {sentence}");
}
