using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;

namespace LusEdge.Training.Evaluate;

/// <summary>All figures in the form that <c>evaluate --json</c> writes.</summary>
/// <param name="Disclaimer">What the model must not be used for.</param>
/// <param name="Leaky">True for a frame split, whose figures say nothing about new patients.</param>
/// <param name="Warning">The warning about the leak; null without one.</param>
/// <param name="DemonstrationOnly">True if any clip shows the phantom; the figures then say nothing about patients.</param>
/// <param name="Scheme">The id of the scale.</param>
/// <param name="Grades">The classes of the scale, in the order of all lists below.</param>
/// <param name="Draws">The number of bootstrap draws behind each interval.</param>
/// <param name="PredictionsSha256">SHA-256 of the table of predictions.</param>
/// <param name="IndexSha256">SHA-256 of the index.</param>
/// <param name="Sets">The figures of each data set.</param>
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
    /// <summary>Collects the figures of one table.</summary>
    /// <param name="predictions">The table.</param>
    /// <param name="predictionsFile">The path of the table.</param>
    /// <param name="indexFile">The path of its index.</param>
    /// <param name="sets">The figures of each data set.</param>
    /// <param name="synthetic">Whether any clip shows the phantom.</param>
    public static EvaluationFile Of(
        Predictions predictions, string predictionsFile, string indexFile, IReadOnlyList<SetFigures> sets, bool synthetic) => new(
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

    /// <summary>Writes the file atomically.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
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
