using System.Globalization;
using LusEdge.Infer;

namespace LusEdge.Cli.Doctor;

/// <summary>What runs the model, why not something faster, and whether it keeps up with the feed.</summary>
internal sealed class ProviderCheckup() : Checkup("provider", "Infer")
{
    private const string SeeTheGpu = "nvidia-smi; ldd the provider's library for what it lacks";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        if (examination.ProviderFailure is { } failure)
        {
            return Finding.Failed(
                Failure.CodeOf(failure), failure.Message, failure.Reason == ModelFailure.ProviderUnavailable ? $"set Infer:Provider to auto, or: {SeeTheGpu}" : "install the program again");
        }

        if (examination.Model is not { } model) return Finding.Skipped("no model could be loaded to try it with.");
        double rate = 1 / examination.ModelTime.TotalSeconds;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Provider} (Infer:Provider is {model.RequestedProvider}): a frame takes {examination.ModelTime.TotalMilliseconds:0.0} ms, {rate:0} frames/s at most.");
        foreach ((string name, string reason) in model.Refused) text += $"\n{name}: {reason}";

        if (examination.FrameInterval is { } interval && examination.ModelTime > interval)
        {
            return Finding.Warning(
                string.Create(CultureInfo.InvariantCulture, $"{text}\nThe feed gives {1 / interval.TotalSeconds:0.#} frames/s: the rest is dropped and counted as overload."),
                "use a GPU, a smaller model, or a feed of fewer frames");
        }

        // One that the build does not have was not promised; one that it has and that does not work is to be seen.
        return model.Refused.Keys.Any(SeverityModel.ProvidersInBuild.Contains) ? Finding.Warning(text, SeeTheGpu) : Finding.Ok(text);
    }
}
