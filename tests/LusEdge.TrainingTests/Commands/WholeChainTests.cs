using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.TrainingTests.Torch;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.TrainingTests.Commands;

/// <summary>
/// From nothing to a signed model and a report with the commands of docs/training.md only, on a tiny phantom set.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class WholeChainTests : IDisposable
{
    private const string Demonstration = "for demonstration only";

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-chain-").FullName;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    [Fact]
    public async Task The_commands_lead_from_clips_to_a_signed_model_and_a_report()
    {
        string clips = In("clips"), index = In("clips/index.csv"), training = In("training"), model = In("lus-tiny"),
            quick = In("lus-tiny-int8"), key = In("site.key");
        await Run("phantom", "--clips", "28", "--out", clips);
        Assert.Equal(29, File.ReadAllLines(index).Length);

        await File.WriteAllTextAsync(
            In("experiment.json"),
            """
            {
              "scheme": "sanmatteo-7", "index": "clips/index.csv", "frames": 2, "size": 64, "method": "finetune",
              "network": { "architecture": "resnet-18", "width": 16 },
              "finetune": { "epochs": 2, "batch": 14 },
              "augmentation": [ { "name": "flip", "probability": 0.5 } ]
            }
            """,
            Cancel);
        Assert.Contains(
            "56 held-out frames graded", await Run("fit", In("experiment.json"), "--out", training), StringComparison.Ordinal);
        Assert.True(Read(training, "record.json").GetProperty("demonstration_only").GetBoolean());

        Assert.Contains("from 56 held-out frames", await Run("calibrate", "--training", training), StringComparison.Ordinal);
        float temperature = Read(training, "calibration.json").GetProperty("temperature").GetSingle();
        Assert.InRange(temperature, 0.01f, 100);

        string evaluated = await Run(
            "evaluate", "--predictions", In("training/predictions.csv"), "--index", index, "--json", In("figures.json"));
        Assert.Contains(Disclaimer.Text, evaluated, StringComparison.Ordinal);
        Assert.Contains(Demonstration, evaluated, StringComparison.Ordinal);
        JsonElement figures = Read(_directory, "figures.json");
        Assert.True(figures.GetProperty("demonstration_only").GetBoolean());
        JsonElement rule = figures.GetProperty("sets")[0].GetProperty("rules")[0];
        double kappa = rule.GetProperty("quadratic_kappa").GetProperty("value").GetDouble();
        Assert.InRange(kappa, -1, 1);

        Assert.Contains(Demonstration, await Run("export", "--training", training, "--out", model, "--release", "2"),
            StringComparison.Ordinal);
        await Run("quantize", model, "--index", index, "--frames", "14", "--out", quick, "--release", "3");
        await Run("keygen", "--out", key);
        foreach ((string directory, string precision) in ((string, string)[])[(model, "fp32"), (quick, "int8")])
        {
            await Run("sign", directory, "--key", key);
            LoadAndTest(directory, precision, temperature);
        }

        // The card's figures on the quantised file, including those of the gate, were measured on that file.
        JsonElement quantized = ModelManifest.Load(quick).Card!.Value.GetProperty("quantized");
        Assert.Equal(ModelManifest.Load(model).Reference, quantized.GetProperty("from").GetString());
        Assert.Equal(3, ModelManifest.Load(quick).Version);
        Assert.Equal(220, quantized.GetProperty("foreign_pictures").GetInt32());
        foreach (string figure in (string[])["right", "kept_by_the_gate"])
            Assert.InRange(quantized.GetProperty(figure).GetProperty("int8").GetDouble(), 0.1, 1);
        string card = await File.ReadAllTextAsync(Path.Combine(quick, "README.md"), Cancel);
        Assert.Contains("| precision | computes in int8", card, StringComparison.Ordinal);
        Assert.DoesNotContain("computes in fp32", card, StringComparison.Ordinal);
        Assert.Contains(
            "This directory was written by `lusedge-train fit`, `calibrate`, `export` and `quantize`.", card,
            StringComparison.Ordinal);

        // The card has the same figures that evaluate prints.
        double onTheCard = ModelManifest.Load(model).Card!.Value.GetProperty("held_out")[0].GetProperty("rules")[0]
            .GetProperty("quadratic_kappa").GetProperty("value").GetDouble();
        Assert.Equal(kappa, onTheCard, 1e-9);

        await Run("report", "--training", training, "--out", In("report.html"));
        foreach (string page in (string[])["report.html", "report.md"])
        {
            string text = await File.ReadAllTextAsync(In(page), Cancel);
            Assert.Contains(Disclaimer.Text, text, StringComparison.Ordinal);
            Assert.Contains(Demonstration, text, StringComparison.Ordinal);
            Assert.Contains(kappa.ToString("0.000", CultureInfo.InvariantCulture), text, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory, "*.part", SearchOption.AllDirectories));
        TestContext.Current.TestOutputHelper!.WriteLine($"{_watch.Elapsed.TotalSeconds:0} s");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Loads the model like an appliance that trusts only this key.</summary>
    private void LoadAndTest(string directory, string precision, float temperature)
    {
        var options = new ModelOptions { Model = directory, Provider = ProviderChoice.Cpu, TrustedKeys = [In("site.pub")] };
        var loader = new ModelLoader(options, NullLogger<SeverityModel>.Instance);
        ModelPackage package = ModelPackage.Verify(directory, loader.Keys);
        Assert.Equal(In("site.pub"), package.SignedBy);
        (SeverityModel model, Parity parity) = loader.LoadAndTest(package);
        using (model)
        {
            Assert.Equal((7, 7, true), (parity.Frames, parity.SameGrade, parity.Holds));
            Assert.Equal(
                (true, precision, "sanmatteo-7"), (model.InUse.DemonstrationOnly, model.InUse.Precision, model.InUse.Scheme.Id));
            Assert.Equal(temperature, model.Description.Temperature, 1e-6);
            Assert.NotNull(model.Description.Gate.MinQuality);
        }

        Assert.Contains(
            Demonstration, package.Manifest.Card!.Value.GetProperty("trained_on").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            Demonstration, File.ReadAllText(Path.Combine(directory, ModelPackage.CardFile)), StringComparison.Ordinal);
        Assert.Contains(
            "Not a medical device.", File.ReadAllText(Path.Combine(directory, ModelPackage.CardFile)), StringComparison.Ordinal);
    }

    private static JsonElement Read(string directory, string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, name)));
        return document.RootElement.Clone();
    }

    /// <summary>Runs a command that must succeed.</summary>
    private async Task<string> Run(params string[] arguments)
    {
        TimeSpan before = _watch.Elapsed;
        (int code, string output, string errors) = await CommandLine.Run(arguments);
        Assert.True(code == 0, $"{arguments[0]}: {code} {output} {errors}");
        TestContext.Current.TestOutputHelper!.WriteLine(
            FormattableString.Invariant($"{arguments[0]}: {(_watch.Elapsed - before).TotalSeconds:0.0} s"));
        return output;
    }

    private string In(string path) => Path.Combine(_directory, path);
}
