using System.Text.Json;
using System.Text.Json.Serialization;

namespace LusEdge.Training.Networks;

/// <summary>From a frame's banded features to the logits of the grades: all that is trained, as one matrix.</summary>
/// <param name="Bands">Number of bands.</param>
/// <param name="Weight">Row-major [classes, bands, channels]; with several stages, one stage's [bands, channels] after the other's, and a profile's [rows, channels] last.</param>
/// <param name="Bias">One a class.</param>
internal sealed record LinearHead(int Bands, float[] Weight, float[] Bias)
{
    /// <summary>The head's file.</summary>
    public const string FileName = "head.json";

    /// <summary>Grades a frame.</summary>
    /// <param name="features">Row-major [bands, channels].</param>
    /// <returns>Its logits.</returns>
    public float[] Logits(ReadOnlySpan<float> features)
    {
        var logits = new float[Bias.Length];
        for (int grade = 0; grade < logits.Length; grade++)
        {
            // In doubles: thousands of products of all sizes.
            double sum = Bias[grade];
            ReadOnlySpan<float> weight = Weight.AsSpan(grade * features.Length, features.Length);
            for (int i = 0; i < features.Length; i++) sum += (double)weight[i] * features[i];
            logits[grade] = (float)sum;
        }

        return logits;
    }

    /// <summary>One head for two sets of features, one behind the other: its logits are the mean of both heads'.</summary>
    /// <param name="other">The head on the other features.</param>
    public LinearHead AveragedWith(LinearHead other)
    {
        int own = Weight.Length / Bias.Length, others = other.Weight.Length / Bias.Length;
        float[] both = [.. Bias.Index().SelectMany(pair => Weight.Skip(pair.Index * own).Take(own).Concat(other.Weight.Skip(pair.Index * others).Take(others)))];
        return this with
        {
            Weight = [.. both.Select(weight => weight / 2)],
            Bias = [.. Bias.Zip(other.Bias, (one, another) => (one + another) / 2)],
        };
    }

    /// <summary>Writes the file: it appears under its name only when it is complete.</summary>
    public void Save(string file)
    {
        File.WriteAllText($"{file}.part", JsonSerializer.Serialize(this, LinearHeadJson.Default.LinearHead) + "\n");
        File.Move($"{file}.part", file, overwrite: true);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classes">Classes of the scale.</param>
    /// <exception cref="TrainingException">It is missing, damaged or of another scale.</exception>
    public static LinearHead Load(string file, int classes)
    {
        try
        {
            LinearHead head = JsonSerializer.Deserialize(File.ReadAllBytes(file), LinearHeadJson.Default.LinearHead) ?? throw new JsonException("It is null.");
            return head.Bias.Length == classes && head.Bands > 0 && head.Weight.Length % classes == 0
                ? head
                : throw new JsonException($"it has {head.Bias.Length} classes and {head.Weight.Length} weights, and the scale {classes} classes.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Train anew.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LinearHead))]
internal sealed partial class LinearHeadJson : JsonSerializerContext;
