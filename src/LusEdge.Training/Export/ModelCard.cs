using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Export;

/// <summary>The figures of a model and what may be done with it: in the manifest for programs, in README.md for people.</summary>
/// <param name="Description">What it is.</param>
/// <param name="IntendedUse">What it is for, and what not.</param>
/// <param name="TrainedOn">The training pictures, in words.</param>
/// <param name="Temperature">What the file divides its logits by.</param>
/// <param name="HeldOutPictures">Phantom pictures of seeds that were not trained on, as the trainer draws them.</param>
/// <param name="Walk">The frames of an H.264 phantom clip, decoded and graded as the appliance does it.</param>
internal sealed record ModelCard(
    string Description, string IntendedUse, string TrainedOn, float Temperature, CardFigures HeldOutPictures, CardFigures Walk)
{
    /// <summary>Said everywhere a model of this trainer is described.</summary>
    public const string Synthetic = "synthetic phantom pictures: for demonstration only";

    /// <summary>The card for the manifest.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, CardJson.Default.ModelCard);

    /// <summary>The card for people.</summary>
    /// <param name="id">The model's id.</param>
    /// <param name="record">How it was trained.</param>
    public string ToMarkdown(string id, TrainingRecord record) => string.Create(CultureInfo.InvariantCulture, $"""
        # {id}

        **Trained on {Synthetic}.**
        {IntendedUse}

        {Description}
        Its grades are the phantom's own reading of the seven-class scale after La Salvia et al. 2021; docs/phantom.md states them.
        `lusedge-train fit` and `export` wrote this directory.

        | figure | held-out phantom pictures | phantom walk, H.264, on the appliance's path |
        |---|---|---|
        | graded | {HeldOutPictures.Count} | {Walk.Count} |
        | right grade | {HeldOutPictures.Accuracy:P1} | {Walk.Accuracy:P1} |
        | within one grade | {HeldOutPictures.WithinOne:P1} | {Walk.WithinOne:P1} |
        | macro-F1 | {HeldOutPictures.MacroF1:0.000} | {Walk.MacroF1:0.000} |
        | expected calibration error | {HeldOutPictures.CalibrationError:0.000} | {Walk.CalibrationError:0.000} |

        Figures this high say that the phantom is easy, not that the model is good: its pictures come from one generator, and a
        network needs only a few thousand of them. On patients it has not been measured and must not be used.

        | | |
        |---|---|
        | network | ResNet-{record.Settings.Depth}, one gray channel, input {record.Settings.Size}x{record.Settings.Size}, fp32 |
        | training | {record.Settings.Images} pictures, each seen once; batch {record.Settings.Batch}, seed {record.Settings.Seed}, {record.Settings.Threads} threads |
        | temperature | {Temperature:0.000}, fitted on {record.Settings.CalibrationPictures} further pictures |
        | input | `frame`, uint8 [1,1,H,W], gray, any size: resize and normalisation are in the file |
        | outputs | `probabilities` and `logits` [1,7], `cam` [1,7,h,w] |

        """);
}

/// <summary>An evaluation's figures.</summary>
internal sealed record CardFigures(int Count, double Accuracy, double WithinOne, double MacroF1, double CalibrationError)
{
    /// <summary>Four decimals: more would claim more than some thousand pictures can tell.</summary>
    public static CardFigures Of(Evaluation evaluation) => new(
        evaluation.Pictures,
        Math.Round(evaluation.Accuracy, 4),
        Math.Round(evaluation.WithinOne, 4),
        Math.Round(evaluation.MacroF1, 4),
        Math.Round(evaluation.CalibrationError, 4));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class CardJson : JsonSerializerContext;
