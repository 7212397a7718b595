using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Export;

/// <summary>The card of a trained model: as JSON in the manifest, and as README.md for people.</summary>
/// <param name="Description">What the model is.</param>
/// <param name="IntendedUse">What it may and must not be used for.</param>
/// <param name="TrainedOn">The training clips, in words.</param>
/// <param name="Licenses">The terms of the clips as the index states them, by data set.</param>
/// <param name="Temperature">Divides the logits in the file.</param>
/// <param name="MinConfidence">A frame with a lower highest probability gets no grade.</param>
/// <param name="MinQuality">A picture with lower quality gets no grade; null without a gate.</param>
/// <param name="Gate">How well the gate tells real pictures from others.</param>
/// <param name="Walk">How well the file grades a phantom walk; null if none was given.</param>
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
    /// <summary>The intended use of every model.</summary>
    public const string Use = "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.";

    /// <summary>The beginnings of the two lines that <c>quantize</c> replaces.</summary>
    internal const string Precision = "| precision |", WrittenBy = "This directory was written by";

    /// <summary>The card as JSON, for the manifest.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, ModelCardJson.Default.ModelCard);

    /// <summary>The card as Markdown.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="experiment">How it was trained.</param>
    /// <param name="halfWeights">Whether the file stores weights in half precision.</param>
    /// <param name="about">Facts that no program can know, in Markdown; or null.</param>
    public string ToMarkdown(string id, Experiment experiment, bool halfWeights, string? about)
    {
        RuleFigures first = HeldOut[0].Rules[0], always = HeldOut[0].Rules[^1];
        string gate = Gate is null
            ? "It has no gate for pictures that show no lung: it grades any picture that is not black."
            : $"""
                The output `quality` says how much a picture resembles the training pictures. Below {Number(MinQuality!.Value)}
                a frame gets no grade (`ood`). The threshold keeps {GateFigures.Kept:P0} of the {Gate.RealFrames} real frames,
                each held out with its patient's fold. The table shows how many other pictures still get a grade:

                {Gate.ToMarkdown()}
                The foreign pictures are computer-drawn, except where a row says that they were given. Real menus, photographs
                and organs may do better or worse.
                """;
        string walk = Walk is null ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"\n\nOn the appliance's own path, from H.264 video to answer, the file grades {100 * Walk.Accuracy:0.0} % of the "
                + $"{Walk.Pictures} frames of a\nphantom walk correctly.");
        string method = experiment is { Method: Experiment.FrozenMethod, Frozen.Profile: true }
            ? $"{experiment.Method}, with a second head on the profile of the rows"
            : experiment.Method;
        string stretched = $"the file stretches it to {experiment.Size}x{experiment.Size} and normalises it";
        string pictures =
            $"up to {experiment.Frames} frames per clip, decoded, cropped and converted to gray by the appliance's own code";
        return string.Create(CultureInfo.InvariantCulture, $"""
            # {id}

            **{IntendedUse}**
            **Trained on {TrainedOn}.**

            {Description}
            {(about is null ? "" : $"\n{about}\n")}
            ## How good it is

            On {HeldOut[0].Dataset}, the share of clips with the labelled grade is {FiguresTable.Cell(first.Accuracy)},
            and the share at most one grade off is {FiguresTable.Cell(first.WithinOne)}. Always giving the most
            frequent grade would reach {FiguresTable.Cell(always.Accuracy)} and {FiguresTable.Cell(always.WithinOne)}.
            Each clip was graded by a network that had seen no clip of its patient: the folds are by patient, and each is held
            out in turn. The brackets contain 95 % intervals over bootstrap draws of the patients. `{FrameGrade.FileName}`
            contains the held-out probabilities of every frame, and `lusedge-train evaluate` computes these tables from it.
            The file itself was then trained on all clips.{walk}

            {FiguresTable.ToMarkdown(HeldOut)}
            ## When it does not answer

            Frames with a highest probability below {Number(MinConfidence)} get no grade (`low_confidence`). This keeps at
            least 95 % of the held-out frames.

            {gate.TrimEnd('\n')}

            ## What it can't do

            * There is only one label per clip. A frame that does not show what the label says was still trained on and
              counted with that label.
            * It has not been measured on other scanners, probes and patients than those in the table.
            * Grade 0 does not mean a healthy lung. Never sum or compare grades of different scales.

            ## Data and terms

            | set | clips | patients | licence, as the index states it |
            |---|---|---|---|
            {Sets()}
            This directory contains no clips, frames or crops; the golden frames show the phantom.

            ## How it was made

            | | |
            |---|---|
            | network | {experiment.Network.Architecture}, from {experiment.Network.Start} weights; method {method} |
            | training | {pictures}; seed {experiment.Seed}, {experiment.Threads} threads |
            | temperature | {Temperature:0.000}, fitted on held-out patients |
            | input | `frame`, uint8 [1,1,H,W], gray, any size; {stretched} |
            | outputs | `probabilities`, `logits`, `cam`{(Gate is null ? "" : ", `quality`")} |
            {Precision} computes in fp32; the file stores weights in {(halfWeights ? "half" : "full")} precision |

            {WrittenBy} `lusedge-train fit`, `calibrate` and `export`.

            """);
    }

    private static string Number(float value) => value.ToString("0.00#", CultureInfo.InvariantCulture);

    private string Sets()
    {
        var rows = new StringBuilder();
        foreach (SetFigures set in HeldOut)
        {
            string terms = Licenses.TryGetValue(set.Dataset, out IReadOnlyList<string>? found) && found.Count > 0
                ? string.Join(", ", found)
                : "not stated";
            rows.Append(CultureInfo.InvariantCulture, $"| {set.Dataset} | {set.Clips} | {set.Patients} | {terms} |\n");
        }

        return rows.ToString();
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class ModelCardJson : JsonSerializerContext;
