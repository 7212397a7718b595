using System.Diagnostics;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Cli.Doctor;

/// <summary>The model is whole, the one that was released, and runs.</summary>
internal sealed class ModelCheckup() : Checkup("model", "Infer")
{
    private const int Runs = 10;

    /// <summary>TensorRT may build its engine first.</summary>
    public override TimeSpan Limit(Examination examination) => TimeSpan.FromMinutes(10);

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        InferOptions options = examination.Options.Infer;
        try
        {
            using SeverityModel model = SeverityModel.Load(options, NullLogger<SeverityModel>.Instance);
            examination.Model = model.InUse;
            examination.ModelTime = MedianRun(model);
            ModelInUse inUse = model.InUse;
            string text = $"{inUse.Reference}, scheme {inUse.Scheme.Id}, {inUse.Precision}; its hash is the manifest's.";
            return inUse.DemonstrationOnly
                ? Finding.Warning($"{text} Trained on synthetic pictures: for demonstration only.", "set Infer:Model to a model that was trained on patients")
                : Finding.Ok(text);
        }
        catch (ModelException e) when (e.Reason is ModelFailure.ProviderUnavailable or ModelFailure.RuntimeUnavailable)
        {
            examination.ProviderFailure = e;
            return Finding.Skipped($"{options.Model}: its hash is the manifest's; it could not be run (see provider).");
        }
        catch (ModelException e)
        {
            return Finding.Failed(
                Failure.CodeOf(e), e.Message, e.Reason == ModelFailure.NoWorkingSpace ? $"df -h {Path.GetTempPath()}" : "install the model again, or correct Infer:Model");
        }
    }

    /// <summary>How long a frame takes: the median of some, after the warm-up that loading has done.</summary>
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
