using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Export;

/// <summary>The figures of a trained model: in the manifest for programs, in README.md for people.</summary>
/// <param name="Description">What it is.</param>
/// <param name="IntendedUse">What it is for, and what not.</param>
/// <param name="TrainedOn">The training clips, in words.</param>
/// <param name="Licenses">What the index says about the clips' terms, by set.</param>
/// <param name="Temperature">What the file divides its logits by.</param>
/// <param name="MinConfidence">A frame whose highest probability is lower has no grade.</param>
/// <param name="MinQuality">A picture whose quality is lower has no grade; null without a gate.</param>
/// <param name="Gate">How the gate tells real pictures from others.</param>
/// <param name="Walk">The file's own answers to a phantom walk, a video; null if it was not given one.</param>
/// <param name="HeldOut">Figures on clips of patients that the network had never seen.</param>
internal sealed record ModelCard(
    string Description,
    string IntendedUse,
    string TrainedOn,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Licenses,
    float Temperature,
    float MinConfidence,
    float? MinQuality,
    GateFigures? Gate,
    Evaluation? Walk,
    IReadOnlyList<SetFigures> HeldOut)
{
    /// <summary>Said wherever a model is described.</summary>
    public const string Use = "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.";

    /// <summary>The card for the manifest.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, ModelCardJson.Default.ModelCard);

    /// <summary>The card for people.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="experiment">How it was trained.</param>
    /// <param name="halfWeights">Whether the file stores weights in half precision.</param>
    /// <param name="about">What no program can know, in Markdown; null for nothing.</param>
    public string ToMarkdown(string id, Experiment experiment, bool halfWeights, string? about)
    {
        RuleFigures first = HeldOut[0].Rules[0], always = HeldOut[0].Rules[^1];
        string gate = Gate is null ? "It has no gate for pictures that show no lung: it grades any picture that is not black." : $"""
            The output `quality` says how much a picture looks like the training pictures; below {Number(MinQuality!.Value)} the frame has no grade (`ood`). The
            threshold keeps {GateFigures.Kept:P0} of the {Gate.RealFrames} real frames, each held out by its patient's fold. What then still gets a grade:

            {Gate.ToMarkdown()}
            The foreign pictures are drawn by numbers (and given in a folder, where a row says so): real menus, photographs and organs may do better or worse.
            """;
        string walk = Walk is null ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"\n\nOf the {Walk.Pictures} frames of a phantom walk, H.264 and all, the file gives {100 * Walk.Accuracy:0.0} % their grade, on the appliance's own way from the video to the answer.");
        return string.Create(CultureInfo.InvariantCulture, $"""
            # {id}

            **{IntendedUse}**
            **Trained on {TrainedOn}.**

            {Description}
            {(about is null ? "" : $"\n{about}\n")}
            ## How good it is

            On {HeldOut[0].Dataset} it gives the labelled grade on a share of {FiguresTable.Cell(first.Accuracy)} of the clips, and one within a grade of it on {FiguresTable.Cell(first.WithinOne)};
            saying one grade every time would be right on {FiguresTable.Cell(always.Accuracy)} and within one on {FiguresTable.Cell(always.WithinOne)}. Each clip was graded by a network that had
            seen no clip of its patient: the folds are by patient, each held out in turn. In brackets the interval that holds 95 % of the values when the patients are drawn anew.
            `{FrameGrade.FileName}` holds every frame's held-out probabilities, and `lusedge-train evaluate` computes these tables from it.
            The file itself was then trained on all clips.{walk}

            {FiguresTable.ToMarkdown(HeldOut)}
            ## When it does not answer

            Frames whose highest probability is below {Number(MinConfidence)} get no grade (`low_confidence`): that keeps 95 % of the held-out frames or more.

            {gate.TrimEnd('\n')}

            ## What it can't do

            * There is one label a clip. A frame that does not show what the label means was trained on, and counted, with that label all the same.
            * On other scanners, probes and patients than those of the table it has not been measured.
            * Grade 0 does not mean a healthy lung. Never sum or compare grades of different scales.

            ## Data and terms

            | set | clips | patients | licence, as the index states it |
            |---|---|---|---|
            {Sets()}
            No clip, frame or crop is in this directory; the golden frames are the phantom's.

            ## How it was made

            | | |
            |---|---|
            | network | {experiment.Network.Architecture}, from {experiment.Network.Start} weights; method {experiment.Method}{(experiment is { Method: Experiment.FrozenMethod, Frozen.Profile: true } ? ", and a second head on the rows' profile" : "")} |
            | training | up to {experiment.Frames} frames a clip, decoded, cropped and made gray by the appliance's own code; seed {experiment.Seed}, {experiment.Threads} threads |
            | temperature | {Temperature:0.000}, fitted on held-out patients |
            | input | `frame`, uint8 [1,1,H,W], gray, any size: the file stretches it to {experiment.Size}x{experiment.Size} and normalises |
            | outputs | `probabilities`, `logits`, `cam`{(Gate is null ? "" : ", `quality`")} |
            | precision | computes in fp32; the file stores weights in {(halfWeights ? "half" : "full")} precision |

            `lusedge-train fit`, `calibrate` and `export` wrote this directory.

            """);
    }

    private static string Number(float value) => value.ToString("0.00#", CultureInfo.InvariantCulture);

    private string Sets()
    {
        var rows = new StringBuilder();
        foreach (SetFigures set in HeldOut)
        {
            string terms = Licenses.TryGetValue(set.Dataset, out IReadOnlyList<string>? found) && found.Count > 0 ? string.Join(", ", found) : "not stated";
            rows.Append(CultureInfo.InvariantCulture, $"| {set.Dataset} | {set.Clips} | {set.Patients} | {terms} |\n");
        }

        return rows.ToString();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class ModelCardJson : JsonSerializerContext;
