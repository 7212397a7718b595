using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;

namespace LusEdge.Training.Evaluate;

/// <summary>All figures for programs, as <c>evaluate --json</c> writes them.</summary>
/// <param name="Disclaimer">What they are not for.</param>
/// <param name="Leaky">True for a frame split: the figures then say nothing about new patients.</param>
/// <param name="Warning">Said beside every figure; null without a leak.</param>
/// <param name="DemonstrationOnly">True when a clip is of the phantom: the figures then say nothing about patients.</param>
/// <param name="Scheme">Id of the scale.</param>
/// <param name="Grades">Its classes, in the order of all lists below.</param>
/// <param name="Draws">Draws of patients behind each interval.</param>
/// <param name="PredictionsSha256">Of the table.</param>
/// <param name="IndexSha256">Of the index.</param>
/// <param name="Sets">The figures.</param>
internal sealed record EvaluationFile(
    string Disclaimer,
    bool Leaky,
    string? Warning,
    bool DemonstrationOnly,
    string Scheme,
    IReadOnlyList<string> Grades,
    int Draws,
    string PredictionsSha256,
    string IndexSha256,
    IReadOnlyList<SetFigures> Sets)
{
    /// <summary>The figures of one table.</summary>
    /// <param name="predictions">The table, read.</param>
    /// <param name="predictionsFile">Where it is.</param>
    /// <param name="indexFile">Where its index is.</param>
    /// <param name="sets">What it comes to.</param>
    /// <param name="synthetic">Whether a clip is of the phantom.</param>
    public static EvaluationFile Of(Predictions predictions, string predictionsFile, string indexFile, IReadOnlyList<SetFigures> sets, bool synthetic) => new(
        Contract.Disclaimer.Text,
        predictions.Leaky,
        predictions.Leaky ? Predictions.LeakyWarning : null,
        synthetic,
        predictions.Scheme.Id,
        predictions.Scheme.Grades,
        PatientDraws.Count,
        ModelManifest.HashOf(File.ReadAllBytes(predictionsFile)),
        ModelManifest.HashOf(File.ReadAllBytes(indexFile)),
        sets);

    /// <summary>Writes it, whole or not at all.</summary>
    /// <param name="path">The file; what is there is replaced.</param>
    public void Write(string path)
    {
        File.WriteAllText($"{path}.part", JsonSerializer.Serialize(this, EvaluationJson.Default.EvaluationFile) + "\n");
        File.Move($"{path}.part", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(EvaluationFile))]
[JsonSerializable(typeof(IReadOnlyList<SetFigures>))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
