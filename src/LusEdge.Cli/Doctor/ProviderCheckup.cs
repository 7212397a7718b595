using System.Globalization;
using LusEdge.Infer;

namespace LusEdge.Cli.Doctor;

/// <summary>Which provider runs the model, why not a faster one, and whether it keeps up with the feed.</summary>
internal sealed class ProviderCheckup() : Checkup("provider", "Infer")
{
    private const string SeeTheGpu = "nvidia-smi; ldd on the provider's library shows what is missing";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        if (examination.ProviderFailure is { } failure)
        {
            return Finding.Failed(
                Failure.CodeOf(failure),
                failure.Message,
                failure.Reason == ModelFailure.ProviderUnavailable
                    ? $"set Infer:Provider to auto, or: {SeeTheGpu}"
                    : "reinstall the program");
        }

        if (examination.Model is not { } model) return Finding.Skipped("no model could be loaded to test it.");
        double rate = 1 / examination.ModelTime.TotalSeconds;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Provider} (Infer:Provider is {model.RequestedProvider}): "
            + $"{examination.ModelTime.TotalMilliseconds:0.0} ms per frame, {rate:0} frames/s at most.");
        foreach ((string name, string reason) in model.Refused) text += $"\n{name}: {reason}";

        if (examination.FrameInterval is { } interval && examination.ModelTime > interval)
        {
            return Finding.Warning(
                FormattableString.Invariant($"{text}\nThe feed has {1 / interval.TotalSeconds:0.#} frames/s: ")
                    + "the excess is dropped and counted as overload.",
                "use a GPU, a smaller model, or a feed with a lower frame rate");
        }

        // A provider that this build lacks is expected to be refused; one that it has should work.
        return model.Refused.Keys.Any(SeverityModel.ProvidersInBuild.Contains)
            ? Finding.Warning(text, SeeTheGpu)
            : Finding.Ok(text);
    }
}
