using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Fit;

/// <summary>A search over an experiment's hyper-parameters.</summary>
internal sealed record SearchSettings
{
    private const int Tries = 1000;

    /// <summary>The experiment that provides all other values; its path is relative to the search's file.</summary>
    public string Experiment { get; init; } = "experiment.json";

    /// <summary>The number of trials, each with its own set of values.</summary>
    /// <value>The default is 16.</value>
    public int Trials { get; init; } = 16;

    /// <summary>Selects the random numbers.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>The share of trials that continue with twice as many folds.</summary>
    /// <value>The default is 0.5.</value>
    public double Keep { get; init; } = 0.5;

    /// <summary>The parameters to search, by their path in the experiment, for instance <c>finetune.learning_rate</c>.</summary>
    public IReadOnlyDictionary<string, SearchRange> Parameters { get; init; } = new Dictionary<string, SearchRange>();

    /// <summary>Reads and checks a search.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>The search, and the values and experiment of each trial.</returns>
    /// <exception cref="TrainingException">Search or experiment is missing or invalid; the message lists all errors.</exception>
    public static (SearchSettings Search, IReadOnlyList<SearchTrial> Trials) Load(string path)
    {
        JsonObject document = JsonFile.Read(path, "a search");
        var errors = new List<string>();
        JsonObject form = JsonSerializer.SerializeToNode(new SearchSettings(), SearchJson.Default.SearchSettings)!.AsObject();
        form["parameters"] = null;
        JsonFile.Compare(document, form, "", errors);
        form["parameters"] = new JsonObject();
        JsonObject complete = JsonFile.Complete(document, form);
        if (document["parameters"] is JsonObject parameters)
        {
            JsonObject range = JsonSerializer.SerializeToNode(new SearchRange(), SearchJson.Default.SearchRange)!.AsObject();
            foreach ((string key, JsonNode? given) in parameters)
            {
                if (given is JsonObject one) JsonFile.Compare(one, range, $"parameters.{key}.", errors);
                else errors.Add($"parameters.{key}: give an object with values, or low and high");
            }
        }

        SearchSettings? search = null;
        if (errors.Count == 0)
        {
            try
            {
                search = complete.Deserialize(SearchJson.Default.SearchSettings)!;
                errors.AddRange(search.Errors().Where(error => error.Length > 0));
            }
            catch (JsonException e)
            {
                errors.Add($"{e.Path?.TrimStart('$', '.')}: {e.Message.Split(" Path:")[0]}");
            }
        }

        if (errors.Count > 0)
        {
            throw new TrainingException(
                TrainingFailure.BadExperiment, $"{path}: {string.Join("; ", errors)}. docs/training.md lists the keys.");
        }

        string experiment = Path.GetFullPath(search!.Experiment, Path.GetDirectoryName(Path.GetFullPath(path))!);
        return (search, search.Draw(JsonFile.Read(experiment, "an experiment"), experiment));
    }

    private IEnumerable<string> Errors()
    {
        yield return JsonFile.Within("trials", Trials, 1, 10_000);
        yield return Keep is > 0 and < 1 ? "" : FormattableString.Invariant($"keep is {Keep}; give a number above 0 and below 1");
        if (Parameters.Count == 0) yield return "parameters is empty; name the parameters to search";
        foreach ((string key, SearchRange range) in Parameters)
        {
            if (range.Values is { Count: 0 }) yield return $"parameters.{key}.values is empty";
            if (range.Values is null && !(range.Low < range.High))
                yield return $"parameters.{key}: give values, or low and a greater high";
            if (range.Values is null && range.Log && !(range.Low > 0))
                yield return $"parameters.{key}.low must be above 0 for a logarithmic range";
        }
    }

    /// <summary>Draws the trials, all with different values.</summary>
    private List<SearchTrial> Draw(JsonObject experiment, string file)
    {
        var random = new SeededRandom((ulong)Seed);
        var trials = new List<SearchTrial>();
        var seen = new HashSet<string>();
        for (int i = 0; i < Tries * Trials && trials.Count < Trials; i++)
        {
            var document = experiment.DeepClone().AsObject();
            var values = new Dictionary<string, string>();
            foreach ((string key, SearchRange range) in Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                JsonNode value = range.Draw(random);
                values.Add(key, value is JsonValue text && text.TryGetValue(out string? plain) ? plain : value.ToJsonString());
                Set(document, key, value);
            }

            if (seen.Add(string.Join(';', values.Values)))
                trials.Add(new SearchTrial(trials.Count + 1, values, Experiments.Experiment.Parse(document, file)));
        }

        return trials;
    }

    private static void Set(JsonObject document, string path, JsonNode value)
    {
        string[] keys = path.Split('.');
        JsonObject at = document;
        foreach (string key in keys[..^1])
        {
            if (at[key] is not JsonObject inner) at[key] = inner = [];
            at = inner;
        }

        at[keys[^1]] = value;
    }
}

/// <summary>The range of a hyper-parameter: a list of values, or the numbers between two limits.</summary>
internal sealed record SearchRange
{
    /// <summary>A list of values of any kind.</summary>
    public IReadOnlyList<JsonElement>? Values { get; init; }

    /// <summary>The lower limit.</summary>
    public double? Low { get; init; }

    /// <summary>The upper limit.</summary>
    public double? High { get; init; }

    /// <summary>Whether values are drawn on a logarithmic scale.</summary>
    public bool Log { get; init; }

    /// <summary>Draws a value.</summary>
    public JsonNode Draw(SeededRandom random)
    {
        if (Values is { } values) return JsonNode.Parse(values[random.Integer(0, values.Count - 1)].GetRawText())!;
        double low = Log ? Math.Log(Low!.Value) : Low!.Value, high = Log ? Math.Log(High!.Value) : High!.Value;
        double drawn = low + (high - low) * random.Uniform();

        // Three digits: more would only be longer to read.
        return JsonValue.Create(double.Parse(
            (Log ? Math.Exp(drawn) : drawn).ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }
}

/// <summary>A trial with its set of values.</summary>
/// <param name="Number">The number of the trial, from 1.</param>
/// <param name="Values">The drawn values, by key.</param>
/// <param name="Experiment">The experiment with these values.</param>
internal sealed record SearchTrial(int Number, IReadOnlyDictionary<string, string> Values, Experiment Experiment);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SearchSettings))]
internal sealed partial class SearchJson : JsonSerializerContext;
