using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LusEdge.Training.Clips;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Experiments;

/// <summary>
/// Everything that determines the weights: the same experiment on the same clips gives the same weights, bit for bit. It is a
/// JSON file (schema: docs/schemas/v1/experiment.json) that may contain comments; keys that are left out get their defaults.
/// </summary>
internal sealed record Experiment
{
    /// <summary>The name of the complete experiment in a training's directory.</summary>
    public const string FileName = "experiment.json";

    /// <summary>The severity scale: <c>iclus-4</c>, <c>sanmatteo-7</c> or a file with id, classes and severities.</summary>
    public string Scheme { get; init; } = "iclus-4";

    /// <summary>The list of clips; its path is relative to the experiment's file.</summary>
    public string Index { get; init; } = "index.csv";

    /// <summary>The data sets to train on. Clips of all sets are graded when their fold is held out.</summary>
    /// <value>The default is an empty list, which means all sets.</value>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>Selects initial weights, order and augmentation.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Threads of the tensor library; another number gives slightly different sums.</summary>
    /// <value>The default is 2.</value>
    public int Threads { get; init; } = 2;

    /// <summary>Frames per clip, evenly spread.</summary>
    /// <value>The default is 8: the frames of a clip are nearly the same picture.</value>
    public int Frames { get; init; } = 8;

    /// <summary>Width and height of the network's input in pixels, a multiple of 32.</summary>
    /// <value>The default is 224, the size used for ImageNet.</value>
    public int Size { get; init; } = 224;

    /// <summary>The network to train.</summary>
    public NetworkSettings Network { get; init; } = new();

    /// <summary>
    /// <c>frozen</c>: a linear head on the features of a network that is not trained. <c>finetune</c>: the network itself.
    /// </summary>
    public string Method { get; init; } = FrozenMethod;

    /// <summary>
    /// <c>sord</c>: soft targets that decrease with the distance from the label. <c>cross-entropy</c>: the label only.
    /// </summary>
    public string Loss { get; init; } = SoftOrdinal;

    /// <summary>
    /// How fast the soft targets decrease; use a lower value if the labels themselves are often off by one grade.
    /// </summary>
    /// <value>The default is 3: a neighbour gets e^-3 of the label's share.</value>
    public double Steepness { get; init; } = 3;

    /// <summary><c>none</c>, or <c>balanced</c>: all grades have equal weight, however many clips they have.</summary>
    public string ClassWeights { get; init; } = Balanced;

    /// <summary>The linear head; used if the method is <c>frozen</c>.</summary>
    public FrozenSettings Frozen { get; init; } = new();

    /// <summary>The training of a network; used if the method is <c>finetune</c>.</summary>
    public FinetuneSettings Finetune { get; init; } = new();

    /// <summary>Operations on training pictures, in this order; see <see cref="Experiments.Augmentation"/>.</summary>
    public IReadOnlyList<AugmentationStep> Augmentation { get; init; } = [];

    public const string FrozenMethod = "frozen", FinetuneMethod = "finetune", SoftOrdinal = "sord",
        CrossEntropy = "cross-entropy", Unweighted = "none", Balanced = "balanced";

    /// <summary>Whether nothing is trained: each frame gets the grade of the most similar training frame.</summary>
    internal bool IsNearest => Method == FrozenMethod && Frozen.Grader == FrozenSettings.Nearest;

    /// <summary>The targets for the chosen loss, one row per class.</summary>
    /// <param name="classes">The number of classes.</param>
    public float[] Targets(int classes) =>
        OrdinalTargets.Table(classes, Loss == SoftOrdinal ? (float)Steepness : OrdinalTargets.Hard);

    /// <summary>Formats the experiment as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ExperimentJson.Default.Experiment) + "\n";

    /// <summary>Reads and checks an experiment.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>The experiment, with absolute paths.</returns>
    /// <exception cref="TrainingException">It is missing or invalid; the message lists all errors.</exception>
    public static Experiment Load(string path) => Parse(JsonFile.Read(path, "an experiment"), path);

    /// <summary>Checks an experiment that has already been parsed.</summary>
    /// <param name="document">The document.</param>
    /// <param name="path">Its file, for relative paths and for messages.</param>
    public static Experiment Parse(JsonObject document, string path)
    {
        var errors = new List<string>();
        JsonObject form = JsonSerializer.SerializeToNode(new Experiment(), ExperimentJson.Default.Experiment)!.AsObject();
        JsonFile.Compare(document, form, "", errors);
        JsonObject complete = JsonFile.Complete(document, form);
        if (document["augmentation"] is JsonArray steps)
        {
            JsonObject stepForm =
                JsonSerializer.SerializeToNode(new AugmentationStep(""), ExperimentJson.Default.AugmentationStep)!.AsObject();
            foreach ((int i, JsonNode? step) in steps.Index())
            {
                if (step is not JsonObject given)
                {
                    errors.Add($"augmentation[{i}]: give an object with a name");
                    continue;
                }

                JsonFile.Compare(given, stepForm, $"augmentation[{i}].", errors);
                complete["augmentation"]![i] = JsonFile.Complete(given, stepForm);
            }
        }

        Experiment? experiment = null;
        if (errors.Count == 0)
        {
            try
            {
                experiment = complete.Deserialize(ExperimentJson.Default.Experiment)!;
                errors.AddRange(experiment.Errors());
            }
            catch (JsonException e)
            {
                errors.Add($"{e.Path?.TrimStart('$', '.')}: {e.Message.Split(" Path:")[0]}");
            }
        }

        if (errors.Count > 0)
            throw new TrainingException(
                TrainingFailure.BadExperiment, $"{path}: {string.Join("; ", errors)}. docs/training.md lists the keys.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return experiment! with
        {
            Scheme = Schemes.IsKnown(experiment!.Scheme) ? experiment.Scheme : Path.GetFullPath(experiment.Scheme, folder),
            Index = Path.GetFullPath(experiment.Index, folder),
            Network = experiment.Network.Weights is { } weights
                ? experiment.Network with { Weights = Path.GetFullPath(weights, folder) }
                : experiment.Network,
        };
    }

    private IEnumerable<string> Errors()
    {
        string[] wrong =
        [
            JsonFile.OneOf("method", Method, FrozenMethod, FinetuneMethod),
            JsonFile.OneOf("loss", Loss, SoftOrdinal, CrossEntropy),
            JsonFile.OneOf("class_weights", ClassWeights, Unweighted, Balanced),
            JsonFile.Within("threads", Threads, 1, 256),
            JsonFile.Within("frames", Frames, 1, 1000),
            JsonFile.Within("size", Size, 32, 1024),
            Size % 32 == 0 ? "" : $"size is {Size}; give a multiple of 32",
            JsonFile.Within("steepness", Steepness, 0.01, 100),
            Scheme.Length > 0 ? "" : "scheme is empty",
            Index.Length > 0 ? "" : "index is empty",
            Method == FrozenMethod && Network.Architecture is (NetworkSettings.ResNet18 or NetworkSettings.ResNet34)
                ? $"network.architecture is {Network.Architecture}; the method frozen needs a resnet-50" : "",
        ];
        return wrong.Concat(Network.Errors()).Concat(Method == FrozenMethod ? Frozen.Errors(Size) : []).Concat(Finetune.Errors())
            .Concat(Augmentation.Index().SelectMany(pair => pair.Item.Errors($"augmentation[{pair.Index}]")))
            .Where(error => error.Length > 0);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Experiment))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
