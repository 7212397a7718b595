using System.Text.Json;
using System.Text.Json.Nodes;

namespace LusEdge.Training;

/// <summary>JSON files written by people. Comments and trailing commas are allowed; unknown keys are not.</summary>
internal static class JsonFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What the file should contain, for the message.</param>
    /// <exception cref="TrainingException">It is missing or is not a JSON object.</exception>
    public static JsonObject Read(string path, string what)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            return JsonNode.Parse(File.ReadAllBytes(path), documentOptions: options) as JsonObject
                ?? throw new JsonException("it is not a JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.NotFound, $"{path}: can't be read; give the path of {what}.", e);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new TrainingException(TrainingFailure.BadExperiment, $"{path}: not {what}: {e.Message}.", e);
        }
    }

    /// <summary>Fills in the keys that were left out.</summary>
    /// <param name="given">What the user wrote; it overrides the defaults.</param>
    /// <param name="form">The defaults.</param>
    /// <returns>A document with every key.</returns>
    public static JsonObject Complete(JsonObject given, JsonObject form)
    {
        JsonObject complete = form.DeepClone().AsObject();
        foreach ((string key, JsonNode? value) in given)
            complete[key] = value is JsonObject inner && form[key] is JsonObject innerForm
                ? Complete(inner, innerForm)
                : value?.DeepClone();
        return complete;
    }

    /// <summary>Checks the keys and the kinds of their values against a document that has every key.</summary>
    /// <param name="given">What the user wrote.</param>
    /// <param name="form">The document with every key; a null value there accepts anything.</param>
    /// <param name="prefix">The path of both within the document.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Compare(JsonObject given, JsonObject form, string prefix, List<string> errors)
    {
        foreach ((string key, JsonNode? value) in given)
        {
            if (!form.TryGetPropertyValue(key, out JsonNode? expected)) errors.Add($"there is no key {prefix}{key}");
            else if (expected is null) continue;
            else if (value is JsonObject inner && expected is JsonObject innerForm)
                Compare(inner, innerForm, $"{prefix}{key}.", errors);
            else if (Kind(value) != Kind(expected))
                errors.Add($"{prefix}{key} is {value?.ToJsonString() ?? "null"}; give {Kind(expected)}");
        }
    }

    /// <summary>Checks a name.</summary>
    /// <returns>The error, or an empty string.</returns>
    public static string OneOf(string key, string value, params IReadOnlyCollection<string> names) =>
        names.Contains(value) ? "" : $"{key} is \"{value}\"; give {string.Join(", ", names)}";

    /// <summary>Checks a number.</summary>
    /// <returns>The error, or an empty string.</returns>
    public static string Within(string key, double value, double lowest, double highest) =>
        value >= lowest && value <= highest
            ? ""
            : FormattableString.Invariant($"{key} is {value}; give a number from {lowest} to {highest}");

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };
}
