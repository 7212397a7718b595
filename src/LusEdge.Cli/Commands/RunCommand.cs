using System.CommandLine;
using LusEdge.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge run</c>: the service.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string> config = ConfigOption();
        var run = new Command("run", "Runs the service: grades the configured feed and publishes until SIGTERM, or until a file ends.") { config };
        run.SetAction((parsed, stop) => RunAsync(ConfigurationFile.Load(parsed.GetValue(config)!), stop));
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
        // An empty builder: no appsettings.json and no environment variable may change what `config check` has checked.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "lusedge" });
        builder.Logging.AddLusEdgeConsole();
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PipelineWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PipelineWorker>());
        // Above the four seconds that the appliance's parts may take (Appliance.PipelineEndsWithin), below the five that are promised.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4.5));

        using IHost host = builder.Build();
        // Asked for before the run, because the run's end disposes the host.
        PipelineWorker worker = host.Services.GetRequiredService<PipelineWorker>();
        await host.RunAsync(stop);
        return (int)worker.Outcome;
    }
}
