using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Finetune;

/// <summary>The state of a network's training; stored in a checkpoint with the weights.</summary>
internal sealed record TrainingState
{
    /// <summary>The name of the file in a checkpoint.</summary>
    public const string FileName = "state.json";

    /// <summary>The number of completed steps.</summary>
    public int Step { get; init; }

    /// <summary>The sum of the losses in this epoch so far.</summary>
    public double LossSum { get; init; }

    /// <summary>The completed epochs.</summary>
    public IReadOnlyList<HistoryRow> History { get; init; } = [];

    /// <summary>The epoch with the lowest validation loss; null without validation.</summary>
    [JsonIgnore]
    public HistoryRow? Best => History.Where(row => row.ValidationLoss is not null).MinBy(row => row.ValidationLoss);

    /// <summary>Whether the last improvement is so long ago that the training should stop.</summary>
    /// <param name="patience">The number of epochs to wait for an improvement; 0 never stops.</param>
    public bool ShouldStop(int patience) => patience > 0 && Best is { } best && History[^1].Epoch - best.Epoch >= patience;

    /// <summary>Ends an epoch.</summary>
    /// <param name="row">The result of the epoch.</param>
    /// <param name="isBest">Whether it is the best epoch so far.</param>
    public TrainingState Add(HistoryRow row, out bool isBest)
    {
        TrainingState ended = this with { History = [.. History, row], LossSum = 0 };
        isBest = ended.Best == row;
        return ended;
    }

    /// <summary>Writes the file.</summary>
    public void Save(string directory) => File.WriteAllText(
        Path.Combine(directory, FileName), JsonSerializer.Serialize(this, TrainingStateJson.Default.TrainingState));

    /// <summary>Reads a checkpoint's state.</summary>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static TrainingState Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), TrainingStateJson.Default.TrainingState)
                ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Delete {directory} and continue without it.", e);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class TrainingStateJson : JsonSerializerContext;
