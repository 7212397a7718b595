using LusEdge.Broker;
using LusEdge.Capture.Source;
using LusEdge.Cli.Overlay;
using LusEdge.Configuration;
using LusEdge.FFmpeg;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Preprocess;
using LusEdge.Publish.Events;
using LusEdge.Secrets;

namespace LusEdge.Cli;

/// <summary>Turns an exception into a sentence on standard error and an exit code. Never a stack trace.</summary>
internal static class Failure
{
    /// <summary>Prints what is wrong and returns the exit code.</summary>
    public static ExitCode Report(Exception exception)
    {
        ExitCode code = CodeOf(exception);
        if (exception is ConfigurationException configuration)
        {
            foreach (string error in configuration.Errors) Print($"{configuration.File}: {error}");
        }
        else if (code == ExitCode.Internal)
        {
            Print($"internal error: {exception.GetType().Name}: {exception.Message}. "
                + "Please report it with the command line and the version.");
        }
        else
        {
            Print(exception.Message);
        }

        return code;
    }

    /// <summary>The exit code for an exception.</summary>
    public static ExitCode CodeOf(Exception exception) => exception switch
    {
        ConfigurationException => ExitCode.Configuration,
        CaptureException
        {
            Reason: CaptureFailure.NotFound or CaptureFailure.Unreachable or CaptureFailure.UnknownProtocol
            or CaptureFailure.ForeignReference
        } =>
            ExitCode.SourceNotFound,
        CaptureException { Reason: CaptureFailure.InvalidOption or CaptureFailure.InvalidSector } => ExitCode.Configuration,
        CaptureException { Reason: CaptureFailure.FFmpegUnavailable } => ExitCode.Unavailable,
        CaptureException { Reason: CaptureFailure.Internal } => ExitCode.Internal,
        CaptureException => ExitCode.BadData,
        FFmpegException => ExitCode.Unavailable,
        PackageException { Failure: PackageFailure.StoreUnavailable } => ExitCode.Unavailable,
        PackageException { Failure: PackageFailure.BadKey } => ExitCode.Configuration,
        PackageException { Failure: PackageFailure.NotInstalled } => ExitCode.SourceNotFound,
        ModelException { Reason: ModelFailure.ProviderUnavailable or ModelFailure.NoWorkingSpace } => ExitCode.Unavailable,
        ModelException => ExitCode.BadData,
        PreprocessException => ExitCode.BadData,
        EventStoreException or BrokerException => ExitCode.Unavailable,
        OverlayException { Reason: OverlayFailure.InTheWay } => ExitCode.Usage,
        OverlayException => ExitCode.Unavailable,
        TimeoutException => ExitCode.Hung,
        _ => ExitCode.Internal,
    };

    /// <summary>Prints an error in the command line. It repeats arguments, which can be a source's address or options.</summary>
    public static void PrintUsage(string error, IReadOnlyList<string> arguments)
    {
        foreach (string argument in arguments.Where(argument => argument.AsSpan().ContainsAny("@:=")))
        {
            string shown = Address.IsUrl(argument) ? Address.Show(argument) : Address.Hidden;
            error = error.Replace(argument, shown, StringComparison.Ordinal);
        }

        Print(error);
    }

    /// <summary>Prints a sentence for a person to standard error, because standard output is for results.</summary>
    public static void Print(string sentence) => Console.Error.WriteLine($"lusedge: {SecretMask.MaskUrls(sentence)}");
}
