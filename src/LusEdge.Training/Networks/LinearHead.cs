using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Networks;

/// <summary>
/// Maps a frame's banded features to the logits of the grades. This one matrix is all that the method frozen trains.
/// </summary>
/// <param name="Bands">The number of bands.</param>
/// <param name="Weight">
/// Row-major [classes, bands, channels]. With several stages, the [bands, channels] of one stage follow those of the other, and a
/// profile's [rows, channels] come last.
/// </param>
/// <param name="Bias">One number per class.</param>
internal sealed record LinearHead(int Bands, float[] Weight, float[] Bias)
{
    /// <summary>The name of the head's file.</summary>
    public const string FileName = "head.json";

    /// <summary>Grades a frame.</summary>
    /// <param name="features">Row-major [bands, channels].</param>
    /// <returns>The logits.</returns>
    public float[] Logits(ReadOnlySpan<float> features)
    {
        var logits = new float[Bias.Length];
        for (int grade = 0; grade < logits.Length; grade++)
        {
            // In double precision, because it adds up thousands of products of all magnitudes.
            double sum = Bias[grade];
            ReadOnlySpan<float> weight = Weight.AsSpan(grade * features.Length, features.Length);
            for (int i = 0; i < features.Length; i++) sum += (double)weight[i] * features[i];
            logits[grade] = (float)sum;
        }

        return logits;
    }

    /// <summary>
    /// Combines two heads on different features into one on both. Its logits are the mean of the two heads' logits.
    /// </summary>
    /// <param name="other">The head on the other features.</param>
    public LinearHead AveragedWith(LinearHead other)
    {
        int own = Weight.Length / Bias.Length, others = other.Weight.Length / Bias.Length;
        float[] both = [.. Bias.Index().SelectMany(
            pair => Weight.Skip(pair.Index * own).Take(own).Concat(other.Weight.Skip(pair.Index * others).Take(others)))];
        return this with
        {
            Weight = [.. both.Select(weight => weight / 2)],
            Bias = [.. Bias.Zip(other.Bias, (one, another) => (one + another) / 2)],
        };
    }

    /// <summary>Writes the file atomically.</summary>
    public void Save(string file)
    {
        File.WriteAllText($"{file}.part", JsonSerializer.Serialize(this, LinearHeadJson.Default.LinearHead) + "\n");
        File.Move($"{file}.part", file, overwrite: true);
    }

    /// <summary>Reads a file written by <see cref="Save"/>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classes">The number of classes of the scale.</param>
    /// <exception cref="TrainingException">It is missing, damaged or of another scale.</exception>
    public static LinearHead Load(string file, int classes)
    {
        try
        {
            LinearHead head = JsonSerializer.Deserialize(File.ReadAllBytes(file), LinearHeadJson.Default.LinearHead)
                ?? throw new JsonException("It is null.");
            return head.Bias.Length == classes && head.Bands > 0 && head.Weight.Length % classes == 0
                ? head
                : throw new JsonException(
                    $"it has {head.Bias.Length} classes and {head.Weight.Length} weights, but the scale has {classes} classes.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Train again.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LinearHead))]
internal sealed partial class LinearHeadJson : JsonSerializerContext;
