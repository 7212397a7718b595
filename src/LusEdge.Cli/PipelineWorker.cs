using LusEdge.Capture;
using LusEdge.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli;

/// <summary>Runs the appliance under the host: SIGTERM closes the feed, commits events, publishes <c>offline</c> and leaves.</summary>
internal sealed class PipelineWorker(
    LusEdgeOptions options, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime lifetime) : BackgroundService
{
    /// <summary>What the process leaves with: a failure, unless the end was a clean one.</summary>
    public ExitCode Outcome { get; private set; } = ExitCode.Internal;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using Appliance appliance = await Appliance.StartAsync(options, time, loggers, stoppingToken);
            FeedEnd end = await appliance.RunAsync(stoppingToken);
            Outcome = end.Cause is { } cause ? Failure.Report(cause) : ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop while starting: nothing had begun.
            Outcome = ExitCode.Ok;
        }
        catch (Exception e) // The top of the worker: a sentence and an exit code, and the supervisor decides.
        {
            Outcome = Failure.Report(e);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}
