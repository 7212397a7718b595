using System.Text.Json;
using System.Text.Json.Nodes;
using LusEdge.Training;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;

namespace LusEdge.TrainingTests.Experiments;

public sealed class ExperimentTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-experiment-").FullName;

    private string Written => Path.Combine(_directory, "experiment.json");

    [Fact]
    public void Omitted_keys_get_their_defaults_and_paths_are_relative_to_the_file()
    {
        Experiment read = Load("""
            { /* a comment */ "index": "clips/index.csv", "seed": 4,
              "network": { "start": "imagenet", "weights": "weights.tgz" }, }
            """);
        Experiment expected = new Experiment
        {
            Index = Path.Combine(_directory, "clips/index.csv"),
            Seed = 4,
            Network = new NetworkSettings { Start = NetworkSettings.Imagenet, Weights = Path.Combine(_directory, "weights.tgz") },
        };
        Assert.Equal(expected.ToJson(), read.ToJson());
        File.WriteAllText(Written, read.ToJson());
        Assert.Equal(read.ToJson(), Experiment.Load(Written).ToJson());
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        string message = Refused("""
            { "sede": 1, "frames": "eight", "finetune": { "epoch": 3 }, "network": [],
              "augmentation": [ { "name": "flip", "strength": 2 }, 5 ] }
            """);
        Assert.All(
            (string[])[
                "there is no key sede", "frames is \"eight\"; give a number", "there is no key finetune.epoch",
                "network is []; give an object",
                "there is no key augmentation[0].strength", "augmentation[1]: give an object with a name"],
            error => Assert.Contains(error, message, StringComparison.Ordinal));
        message = Refused("""
            { "size": 100, "threads": 0, "method": "frozen", "class_weights": "magic", "loss": "mse",
              "frozen": { "stages": [3, 3] }, "network": { "architecture": "resnet-18", "width": 12, "start": "imagenet" },
              "finetune": { "last_stages": 5, "schedule": "step" },
              "augmentation": [ { "name": "twirl" }, { "name": "crop", "low": 0.9, "high": 0.5 } ] }
            """);
        Assert.All(
            (string[])[
                "size is 100; give a multiple of 32", "threads is 0", "network.width is 12; give a multiple of 16",
                "class_weights is \"magic\"; give none, balanced", "loss is \"mse\"",
                "weights exist only for a resnet-50 of width 64",
                "network.weights is missing", "network.architecture is resnet-18; the method frozen needs a resnet-50",
                "finetune.last_stages is 5", "finetune.schedule is \"step\"", "frozen.stages is [3, 3]",
                "augmentation[0].name is \"twirl\"; give flip, crop, rotate, brightness, contrast, gain, "
                    + "gamma, noise, blur, erase", "augmentation[1]: low is 0.9 and high is 0.5"],
            error => Assert.Contains(error, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]", "not an experiment")]
    [InlineData("{ \"seed\": ", "not an experiment")]
    [InlineData("{ \"seed\": 1.5 }", "seed: ")]
    public void A_file_that_is_not_an_experiment_is_refused(string content, string sentence) =>
        Assert.Contains(sentence, Refused(content), StringComparison.Ordinal);

    [Fact]
    public void The_schema_has_exactly_the_keys_of_an_experiment()
    {
        JsonObject schema = JsonNode.Parse(File.ReadAllText(Repository.File("docs/schemas/v1/experiment.json")))!.AsObject();
        JsonObject keys = JsonSerializer.SerializeToNode(
            new Experiment { Augmentation = [new AugmentationStep("flip")] }, ExperimentJson.Default.Experiment)!.AsObject();
        Compare(schema, keys, "");

        static void Compare(JsonObject schema, JsonObject keys, string at)
        {
            JsonObject properties = schema["properties"]!.AsObject();
            Assert.False(schema["additionalProperties"]!.GetValue<bool>(), at);
            Assert.Equal(keys.Select(pair => at + pair.Key).Order(), properties.Select(pair => at + pair.Key).Order());
            foreach ((string key, JsonNode? value) in keys)
            {
                if (value is JsonObject inner) Compare(properties[key]!.AsObject(), inner, $"{at}{key}.");
                if (key == "augmentation") Compare(properties[key]!["items"]!.AsObject(), value![0]!.AsObject(), $"{at}{key}.");
            }
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Experiment Load(string content)
    {
        File.WriteAllText(Written, content);
        return Experiment.Load(Written);
    }

    private string Refused(string content)
    {
        var refused = Assert.Throws<TrainingException>(() => Load(content));
        Assert.StartsWith($"{Written}: ", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }
}
