using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Finetune;

/// <summary>How far the training of a network is: stands in a checkpoint beside its weights.</summary>
internal sealed record TrainingState
{
    /// <summary>The file's name in the checkpoint.</summary>
    public const string FileName = "state.json";

    /// <summary>Steps done.</summary>
    public int Step { get; init; }

    /// <summary>Losses of the epoch's steps so far, added up.</summary>
    public double LossSum { get; init; }

    /// <summary>The epochs so far.</summary>
    public IReadOnlyList<HistoryRow> History { get; init; } = [];

    /// <summary>The epoch with the lowest validation loss; null without validation.</summary>
    [JsonIgnore]
    public HistoryRow? Best => History.Where(row => row.ValidationLoss is not null).MinBy(row => row.ValidationLoss);

    /// <summary>Whether so many epochs have passed since the best that it is time to stop.</summary>
    /// <param name="patience">How many; 0 never stops.</param>
    public bool Stopped(int patience) => patience > 0 && Best is { } best && History[^1].Epoch - best.Epoch >= patience;

    /// <summary>Ends an epoch.</summary>
    /// <param name="row">How it went.</param>
    /// <param name="isBest">Whether none before it was as good.</param>
    public TrainingState Add(HistoryRow row, out bool isBest)
    {
        TrainingState ended = this with { History = [.. History, row], LossSum = 0 };
        isBest = ended.Best == row;
        return ended;
    }

    /// <summary>Writes the file.</summary>
    public void Save(string directory) => File.WriteAllText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, TrainingStateJson.Default.TrainingState));

    /// <summary>Reads a checkpoint's state.</summary>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static TrainingState Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), TrainingStateJson.Default.TrainingState) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Delete {directory} and go on without it.", e);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class TrainingStateJson : JsonSerializerContext;
