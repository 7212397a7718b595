using System.CommandLine;
using LusEdge.Configuration;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge model list | verify | install | activate | rollback</c>: the models on this box.</summary>
internal static class ModelCommand
{
    public static Command Create()
    {
        Option<string> config = RunCommand.ConfigOption();
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "Print one JSON object." };
        var directory = new Argument<string>("DIR") { Description = "The package's directory." };
        var source = new Argument<string>("SOURCE")
        {
            Description = "A model package: a directory, or a .tar.gz of one.",
            HelpName = "DIR|FILE.tar.gz",
        };
        var wanted = new Argument<string>("ID[@VERSION]") { Description = "An installed model; the newest version by default." };

        var list = new Command("list", "Lists the installed models, which one serves, and why.") { config, json };
        list.SetAction(parsed =>
            (int)new ModelList(Loader(parsed, config), parsed.GetValue(config)!).Print(parsed.GetValue(json)));
        var verify = new Command("verify", "Checks a package as install does, but changes nothing.") { directory, config, json };
        verify.SetAction((parsed, _) => WorkAsync(parsed, config, json, (loader, report, progress) =>
        {
            progress.Report("verifying");
            ModelPackage package = ModelPackage.Verify(Path.GetFullPath(parsed.GetValue(directory)!), loader.Keys);
            (SeverityModel model, Parity parity) = loader.LoadAndTest(package, progress);
            using (model)
            {
                report.Model(package.Manifest.Reference, package.SignedBy, parity);
                report.Say(
                    $"{package.Manifest.Reference} is as {package.SignedBy} signed it. "
                    + $"On {model.InUse.Provider} ({model.InUse.Precision}) {parity}.");
            }
        }));
        var install = new Command(
            "install", "Verifies a package, tries it on this box and copies it into the store. It does not serve yet.")
        {
            source, config, json,
        };
        install.SetAction((parsed, _) => WorkAsync(parsed, config, json, (loader, report, progress) =>
        {
            (string name, bool wasThere, Parity? parity) = loader.Install(parsed.GetValue(source)!, progress);
            report.Model(name, null, parity);
            string done = wasThere
                ? $"{name} was already installed, and is intact."
                : $"{name} is installed in {loader.Store.Folder}: {parity}.";
            report.Say($"{done} To use it: lusedge model activate {name}");
        }));
        var activate = new Command(
            "activate", "Verifies an installed model again and makes it serve; a running service switches within seconds.")
        {
            wanted, config, json,
        };
        activate.SetAction((parsed, _) => WorkAsync(parsed, config, json, (loader, report, progress) =>
            report.Activated(loader, loader.Activate(parsed.GetValue(wanted)!, progress))));
        var rollback = new Command("rollback", "Goes back to the model that served before.") { config, json };
        rollback.SetAction((parsed, _) => WorkAsync(parsed, config, json, (loader, report, progress) =>
            report.Activated(loader, loader.Rollback(progress))));
        return new Command("model", "Installs, verifies and activates models on this box.")
        {
            list, verify, install, activate, rollback,
        };
    }

    private static Task<int> WorkAsync(
        ParseResult parsed, Option<string> config, Option<bool> json, Action<ModelLoader, ModelReport, IProgress<string>> work) =>
        StandardOutput.WriteAsync(() =>
        {
            ModelLoader loader = Loader(parsed, config);
            var report = new ModelReport(parsed.GetValue(json));
            using (var line = new ProgressLine(parsed.CommandResult.Command.Name)) work(loader, report, line);
            report.Print();
            return Task.FromResult(ExitCode.Ok);
        });

    /// <summary>Uses the service's configuration; without a file, the defaults apply.</summary>
    private static ModelLoader Loader(ParseResult parsed, Option<string> config)
    {
        string file = parsed.GetValue(config)!;
        bool isNamed = parsed.GetResult(config) is { Implicit: false };
        ModelOptions options = isNamed || File.Exists(file) ? ConfigurationFile.Load(file).Infer : new ModelOptions();
        return new ModelLoader(options, NullLogger<SeverityModel>.Instance);
    }
}
