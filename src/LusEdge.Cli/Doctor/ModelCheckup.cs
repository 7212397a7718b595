using System.Diagnostics;
using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Cli.Doctor;

/// <summary>The model is intact, is the one that was released, and runs.</summary>
internal sealed class ModelCheckup() : Checkup("model", "Infer")
{
    private const int Runs = 10;

    /// <summary>Long, because TensorRT may have to build its engine first.</summary>
    public override TimeSpan Limit(Examination examination) => TimeSpan.FromMinutes(10);

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        ModelOptions options = examination.Options.Infer;
        try
        {
            var loader = new ModelLoader(options, NullLogger<SeverityModel>.Instance);
            ModelPackage package = ModelPackage.Open(loader.Serving, loader.Keys);
            using SeverityModel model = package.Load(options, NullLogger<SeverityModel>.Instance);
            examination.Model = model.InUse;
            examination.ModelTime = MedianRun(model);
            return Judge(loader, package, model);
        }
        catch (ModelException e) when (e.Reason is ModelFailure.ProviderUnavailable or ModelFailure.RuntimeUnavailable)
        {
            examination.ProviderFailure = e;
            return Finding.Skipped("its hash matches the manifest; it could not be run (see provider).");
        }
        catch (ModelException e)
        {
            return Finding.Failed(
                Failure.CodeOf(e),
                e.Message,
                e switch
                {
                    { Reason: ModelFailure.NoWorkingSpace } => $"df -h {Path.GetTempPath()}",
                    PackageException { Failure: PackageFailure.BadKey } => "correct Infer:TrustedKeys, or install the key there",
                    _ => "install the model again, or correct Infer:Model",
                });
        }
    }

    /// <summary>Most serious first: wrong answers, no trusted signature, a refused active model, demonstration only.</summary>
    private static Finding Judge(ModelLoader loader, ModelPackage package, SeverityModel model)
    {
        ModelInUse inUse = model.InUse;
        Parity? parity = GoldenFrames.Load(package.Directory)?.Compare(package.Directory, model);
        string signature = package.SignedBy is { } signer
            ? $"every file is as {signer} signed it."
            : $"unsigned. {package.Flaw!.Message}";
        string answers = parity is null
            ? "It has no golden frames, so whether it reproduces its reference outputs on this device is unknown."
            : $"On {inUse.Provider}, {parity}.";
        string text = $"{inUse.Reference}, scheme {inUse.Scheme.Id}, {inUse.Precision}; its hash matches the manifest. "
            + $"{package.Directory}: {signature} {answers}";
        if (parity is { Holds: false })
        {
            return Finding.Failed(
                ExitCode.BadData,
                $"{text} It does not reproduce its reference outputs on this device.",
                "set Infer:Provider to cpu, or go back: lusedge model rollback");
        }

        if (package.Flaw is not null)
        {
            return Finding.Warning(
                text,
                "install a signed package: lusedge model install DIR; or sign your own: lusedge-train sign DIR --key FILE");
        }

        if (loader.FollowsStore && loader.Store.Active is { } active && loader.Store.RefusalOf(active) is { } refusal)
        {
            return Finding.Warning(
                $"{text} The active model {active} was refused: {refusal}",
                "lusedge model list; then activate another, or: lusedge model rollback");
        }

        return inUse.DemonstrationOnly
            ? Finding.Warning(
                $"{text} Trained on synthetic pictures: for demonstration only.",
                "set Infer:Model to a model trained on patients, or install and activate one: lusedge model install DIR")
            : Finding.Ok(text);
    }

    /// <summary>The time per frame: the median of several runs, after the warm-up that loading does.</summary>
    private static TimeSpan MedianRun(SeverityModel model)
    {
        model.InputFor(model.Description.Input.Width, model.Description.Input.Height).Fill(115);
        var took = new TimeSpan[Runs];
        foreach (ref TimeSpan run in took.AsSpan())
        {
            long started = Stopwatch.GetTimestamp();
            model.Run();
            run = Stopwatch.GetElapsedTime(started);
        }

        Array.Sort(took);
        return took[Runs / 2];
    }
}
