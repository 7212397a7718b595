using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;

namespace LusEdge.Training.Clips;

/// <summary>Severity scales: two are known by name, others are read from a file.</summary>
internal static class Schemes
{
    private const int HighestSeverity = 3;

    private static readonly IReadOnlyList<ScoringScheme> Known =
    [
        new("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]),
        new("sanmatteo-7", ["0", "0*", "1", "1*", "2", "2*", "3"], [0, 0, 1, 1, 2, 2, 3]),
    ];

    /// <summary>Whether the id names a built-in scale.</summary>
    public static bool IsKnown(string id) => Known.Any(scheme => scheme.Id == id);

    /// <summary>Loads a scale.</summary>
    /// <param name="idOrFile">Its id, or a JSON file with <c>id</c>, <c>classes</c> and <c>severities</c>.</param>
    /// <exception cref="TrainingException">The scale does not exist, or the file is invalid.</exception>
    public static ScoringScheme Load(string idOrFile)
    {
        if (Known.FirstOrDefault(scheme => scheme.Id == idOrFile) is { } known) return known;
        SchemeFile file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(idOrFile), SchemeJson.Default.SchemeFile)
                ?? throw new JsonException("it is null.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound,
                $"{idOrFile}: there is no scale or file of this name; give "
                    + $"{string.Join(", ", Known.Select(scheme => scheme.Id))} or a JSON file.", e);
        }
        catch (JsonException e)
        {
            throw Bad(e.Message);
        }

        string? wrong = file switch
        {
            { Id.Length: 0 } => "id is empty",
            { Classes.Count: < 2 } => "classes has fewer than 2 entries",
            _ when file.Classes.Distinct().Count() != file.Classes.Count => "a class is listed twice",
            _ when file.Severities.Count != file.Classes.Count =>
                $"{file.Severities.Count} severities for {file.Classes.Count} classes",
            _ when file.Severities.Any(severity => severity is < 0 or > HighestSeverity) =>
                $"a severity is outside 0-{HighestSeverity}",
            _ when !file.Severities.SequenceEqual(file.Severities.Order()) => "the severities do not rise with the classes",
            _ => null,
        };
        return wrong is null ? new ScoringScheme(file.Id, file.Classes, file.Severities) : throw Bad($"{wrong}.");

        TrainingException Bad(string why) =>
            new(TrainingFailure.BadIndex, $"{idOrFile}: not a scale: {why} Give a JSON object with id, classes and severities.");
    }

    /// <summary>The built-in scale with a given number of classes.</summary>
    /// <exception cref="TrainingException">There is none.</exception>
    public static ScoringScheme ByClasses(int classes) => Known.FirstOrDefault(scheme => scheme.Grades.Count == classes)
        ?? throw new TrainingException(
            TrainingFailure.BadIndex, $"no built-in scale has {classes} classes; name yours with --scheme FILE.");

    /// <summary>The class of a clip's label.</summary>
    /// <param name="scheme">The scale.</param>
    /// <param name="clip">The clip; its grade counts, or its severity if it has no grade.</param>
    /// <exception cref="TrainingException">The grade is not on the scale; the message names the row of the index.</exception>
    public static int ClassOf(ScoringScheme scheme, LabelledClip clip)
    {
        string label = clip.Grade ?? clip.Severity.ToString(CultureInfo.InvariantCulture);
        int c = Array.IndexOf([.. scheme.Grades], label);
        return c >= 0 && scheme.Severities[c] == clip.Severity
            ? c
            : throw new TrainingException(
                TrainingFailure.BadIndex,
                $"row {clip.Row} of the index: {clip.File} has grade {label} and severity {clip.Severity}, "
                    + $"which is not on scale {scheme.Id} ({string.Join(", ", scheme.Grades)}); "
                    + "correct the row, or name its scale with --scheme.");
    }
}

/// <summary>A scale in its JSON form.</summary>
internal sealed record SchemeFile(string Id, IReadOnlyList<string> Classes, IReadOnlyList<int> Severities)
{
    /// <summary>Whether this is the given scale. A scale's file may have been edited since.</summary>
    public bool IsSameAs(ScoringScheme scheme) => Id == scheme.Id && Classes.SequenceEqual(scheme.Grades)
        && Severities.SequenceEqual(scheme.Severities);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SchemeFile))]
internal sealed partial class SchemeJson : JsonSerializerContext;
