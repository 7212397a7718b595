using System.CommandLine;
using LusEdge.Cli.Service;
using LusEdge.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge run</c>: the service.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string> config = ConfigOption();
        var run = new Command(
            "run", "Runs the service: grades the configured feed and publishes until SIGTERM, or until a file ends.")
        {
            config,
        };
        run.SetAction((parsed, stop) => Failure.ReportLimits() is { } code
            ? Task.FromResult((int)code)
            : RunAsync(ConfigurationFile.Load(parsed.GetValue(config)!), stop));
        return run;
    }

    public static Option<string> ConfigOption() => new("--config")
    {
        Description = "The configuration file (JSON, comments allowed).",
        HelpName = "FILE",
        DefaultValueFactory = _ => ConfigurationFile.DefaultPath,
    };

    private static async Task<int> RunAsync(LusEdgeOptions options, CancellationToken stop)
    {
        // An empty builder: no appsettings.json and no environment variable can override what `config check` has checked.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = "lusedge" });
        builder.Logging.AddLusEdgeConsole();
        // ApplianceService itself prints why it could not start, in one sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        // Not AddSystemd: it does nothing when it can't see the parent process, which ProtectProc=invisible hides.
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not null)
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServiceStatus>();
        builder.Services.AddSingleton<ApplianceService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ApplianceService>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownBudget.Total);

        using IHost host = builder.Build();
        // Resolved before the run, because the end of the run disposes the host.
        ApplianceService service = host.Services.GetRequiredService<ApplianceService>();
        try
        {
            await host.RunAsync(stop);
        }
        catch (Exception) when (service.Outcome is not null)
        {
            // The service has reported the error, or was stopped while it was starting.
        }

        return (int)(service.Outcome ?? ExitCode.Internal);
    }
}
