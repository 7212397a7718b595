using System.Text.Json;
using System.Text.Json.Nodes;

namespace LusEdge.Training;

/// <summary>JSON files that people write: comments and a comma too many are allowed, unknown keys are not.</summary>
internal static class JsonFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <exception cref="TrainingException">It is missing or no JSON object.</exception>
    public static JsonObject Read(string path, string what)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })
                as JsonObject ?? throw new JsonException("it is no JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.NotFound, $"{path}: can't be read; name {what}.", e);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new TrainingException(TrainingFailure.BadExperiment, $"{path}: not {what}: {e.Message}.", e);
        }
    }

    /// <summary>Fills in what is left out.</summary>
    /// <param name="given">What someone wrote, and it alone where it says something.</param>
    /// <param name="form">The defaults.</param>
    /// <returns>A document with every key.</returns>
    public static JsonObject Complete(JsonObject given, JsonObject form)
    {
        JsonObject complete = form.DeepClone().AsObject();
        foreach ((string key, JsonNode? value) in given)
            complete[key] = value is JsonObject inner && form[key] is JsonObject innerForm ? Complete(inner, innerForm) : value?.DeepClone();
        return complete;
    }

    /// <summary>Holds keys and kinds of value against those of a form that has every key.</summary>
    /// <param name="given">What someone wrote.</param>
    /// <param name="form">The form; null there stands for anything.</param>
    /// <param name="prefix">Where in the document both are.</param>
    /// <param name="errors">Receives what is wrong.</param>
    public static void Compare(JsonObject given, JsonObject form, string prefix, List<string> errors)
    {
        foreach ((string key, JsonNode? value) in given)
        {
            if (!form.TryGetPropertyValue(key, out JsonNode? expected)) errors.Add($"there is no key {prefix}{key}");
            else if (expected is null) continue;
            else if (value is JsonObject inner && expected is JsonObject innerForm) Compare(inner, innerForm, $"{prefix}{key}.", errors);
            else if (Kind(value) != Kind(expected)) errors.Add($"{prefix}{key} is {value?.ToJsonString() ?? "null"}; give {Kind(expected)}");
        }
    }

    /// <summary>Empty, or what is wrong with a name.</summary>
    public static string OneOf(string key, string value, params IReadOnlyCollection<string> names) =>
        names.Contains(value) ? "" : $"{key} is \"{value}\"; give {string.Join(", ", names)}";

    /// <summary>Empty, or what is wrong with a number.</summary>
    public static string Within(string key, double value, double lowest, double highest) =>
        value >= lowest && value <= highest ? "" : FormattableString.Invariant($"{key} is {value}; give a number from {lowest} to {highest}");

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };
}
