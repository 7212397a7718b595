using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;

namespace LusEdge.Training.Clips;

/// <summary>Severity scales: two that are known by name, and a site's own from a file.</summary>
internal static class Schemes
{
    private const int HighestSeverity = 3;

    private static readonly IReadOnlyList<ScoringScheme> Known =
    [
        new("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]),
        new("sanmatteo-7", ["0", "0*", "1", "1*", "2", "2*", "3"], [0, 0, 1, 1, 2, 2, 3]),
    ];

    /// <summary>Whether a scale is known by its id alone.</summary>
    public static bool IsKnown(string id) => Known.Any(scheme => scheme.Id == id);

    /// <summary>Finds a scale.</summary>
    /// <param name="idOrFile">Its id, or a JSON file with <c>id</c>, <c>classes</c> and <c>severities</c>.</param>
    /// <exception cref="TrainingException">There is no such scale, or the file is wrong.</exception>
    public static ScoringScheme Load(string idOrFile)
    {
        if (Known.FirstOrDefault(scheme => scheme.Id == idOrFile) is { } known) return known;
        SchemeFile file;
        try
        {
            file = JsonSerializer.Deserialize(File.ReadAllBytes(idOrFile), SchemeJson.Default.SchemeFile) ?? throw new JsonException("it is null.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{idOrFile}: no scale of this name and no such file; give {string.Join(", ", Known.Select(scheme => scheme.Id))} or a JSON file.", e);
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
            _ when file.Severities.Count != file.Classes.Count => $"{file.Severities.Count} severities for {file.Classes.Count} classes",
            _ when file.Severities.Any(severity => severity is < 0 or > HighestSeverity) => $"a severity is outside 0-{HighestSeverity}",
            _ when !file.Severities.SequenceEqual(file.Severities.Order()) => "the severities do not rise with the classes",
            _ => null,
        };
        return wrong is null ? new ScoringScheme(file.Id, file.Classes, file.Severities) : throw Bad($"{wrong}.");

        TrainingException Bad(string why) => new(TrainingFailure.BadIndex, $"{idOrFile}: not a scale: {why} Give a JSON object with id, classes and severities.");
    }

    /// <summary>The known scale of so many classes.</summary>
    /// <exception cref="TrainingException">There is none.</exception>
    public static ScoringScheme ByClasses(int classes) => Known.FirstOrDefault(scheme => scheme.Grades.Count == classes)
        ?? throw new TrainingException(TrainingFailure.BadIndex, $"no known scale has {classes} classes; give yours with --scheme FILE.");

    /// <summary>The class that a clip's label means.</summary>
    /// <param name="scheme">The scale.</param>
    /// <param name="clip">Its grade, or its severity where the scale's labels are no more than that.</param>
    /// <exception cref="TrainingException">The scale has no such grade; the message names the row of the index.</exception>
    public static int ClassOf(ScoringScheme scheme, LabelledClip clip)
    {
        string label = clip.Grade ?? clip.Severity.ToString(CultureInfo.InvariantCulture);
        int c = Array.IndexOf([.. scheme.Grades], label);
        return c >= 0 && scheme.Severities[c] == clip.Severity
            ? c
            : throw new TrainingException(
                TrainingFailure.BadIndex,
                $"row {clip.Row} of the index: {clip.File} has grade {label} and severity {clip.Severity}, which scale {scheme.Id} does not have ({string.Join(", ", scheme.Grades)}); correct the row, or name its scale with --scheme.");
    }
}

/// <summary>A scale as it stands in a file.</summary>
internal sealed record SchemeFile(string Id, IReadOnlyList<string> Classes, IReadOnlyList<int> Severities)
{
    /// <summary>Whether a scale has the same grades: a file's may have been edited.</summary>
    public bool IsSameAs(ScoringScheme scheme) => Id == scheme.Id && Classes.SequenceEqual(scheme.Grades) && Severities.SequenceEqual(scheme.Severities);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SchemeFile))]
internal sealed partial class SchemeJson : JsonSerializerContext;
