using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusEdge.Infer;
using LusEdge.Machine;
using LusEdge.Preprocess;

namespace LusEdge.Models;

/// <summary>
/// Reference pictures and outputs: golden/expected.json, with 8-bit binary PGM files
/// beside it. The outputs come from the full-precision model on the CPU of the machine
/// that exported it; they show whether this device and its provider reproduce them.
/// </summary>
/// <param name="ModelSha256">SHA-256 of the file that produced the outputs; for people, never checked.</param>
/// <param name="Tolerance">
/// Largest allowed difference of a probability where <see cref="ReferenceTolerance"/> does not apply.
/// </param>
/// <param name="Frames">The pictures and their reference outputs.</param>
public sealed record GoldenFrames(string ModelSha256, double Tolerance, IReadOnlyList<GoldenFrame> Frames)
{
    /// <summary>The file of reference outputs, relative to the model's directory.</summary>
    public const string FileName = "golden/expected.json";

    /// <summary>Tolerance in full precision on the CPU: the same sums, but processors add in different orders.</summary>
    public const double ReferenceTolerance = 1e-4;

    private const int MaxFrames = 64;

    /// <summary>64 frames with ten probabilities each take 15 kB.</summary>
    private const long MaxBytes = 1 << 20;

    /// <summary>Reads the reference outputs in a model's directory.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="ModelException">The file can't be read or is invalid.</exception>
    public static GoldenFrames? Load(string directory)
    {
        string file = Path.Combine(directory, FileName);
        if (!File.Exists(file)) return null;
        try
        {
            ReadOnlySpan<byte> content = BoundedFile.WithoutByteOrderMark(BoundedFile.ReadAllBytes(file, MaxBytes)).Span;
            GoldenFrames golden = JsonSerializer.Deserialize(content, GoldenFramesJson.Default.GoldenFrames)
                ?? throw new JsonException("It is null.");
            return golden.Error() is { } error ? throw Bad($"{file}: {error}. Export the model again.") : golden;
        }
        catch (JsonException e)
        {
            throw Bad($"{file}: not a list of golden frames (see line {(e.LineNumber ?? 0) + 1}). Export the model again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{file}: can't be read: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Grades the pictures on this device.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="model">The model, loaded from there.</param>
    /// <param name="progress">Receives a line before each picture.</param>
    /// <exception cref="ModelException">
    /// A picture can't be read, or the reference outputs don't fit the model's scale.
    /// </exception>
    public Parity Compare(string directory, SeverityModel model, IProgress<string>? progress = null)
    {
        bool isReference = model.InUse is { Precision: "fp32", Provider: "cpu" };
        var parity = new Parity(Frames.Count, 0, 0, isReference ? ReferenceTolerance : Tolerance);
        foreach ((int i, GoldenFrame frame) in Frames.Index())
        {
            progress?.Report($"golden frame {i + 1} of {Frames.Count}");
            float[] p = Run(directory, frame, model);
            string grade = model.InUse.Scheme.Grades[TensorPrimitives.IndexOfMax(p)];
            parity = parity with
            {
                SameGrade = parity.SameGrade + (grade == frame.Grade ? 1 : 0),
                LargestDifference = Math.Max(parity.LargestDifference, LargestDifference(p, frame.Probabilities)),
            };
        }

        return parity;
    }

    private static float[] Run(string directory, GoldenFrame frame, SeverityModel model)
    {
        string file = Path.Combine(directory, Path.GetDirectoryName(FileName)!, frame.File);
        PgmPicture picture;
        try
        {
            picture = PgmPicture.Parse(BoundedFile.ReadAllBytes(file, PgmPicture.MaxBytes))
                ?? throw Bad($"{file}: not a complete 8-bit binary PGM (P5). Export the model again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFailure.NotFound, $"{file}: can't be read: {e.Message} Get the package again.", e);
        }

        IReadOnlyList<string> grades = model.InUse.Scheme.Grades;
        if (frame.Probabilities.Length != grades.Count || grades[TensorPrimitives.IndexOfMax(frame.Probabilities)] != frame.Grade)
        {
            throw Bad(
                $"{Path.Combine(directory, FileName)}: {frame.File}: its {frame.Probabilities.Length} probabilities "
                + $"and its grade \"{frame.Grade}\" don't fit the scale {model.InUse.Scheme.Id} ({string.Join(", ", grades)}). "
                + "Export the model again.");
        }

        picture.Pixels.CopyTo(model.InputFor(picture.Width, picture.Height));
        ReadOnlySpan<float> p = model.Run();
        return p.IsEmpty
            ? throw new PackageException(
                PackageFailure.ParityFailed,
                $"{file}: {model.InUse.Reference} gives no result for it on {model.InUse.Provider}. "
                + "Install another model, or set Infer:Provider.")
            : p.ToArray();
    }

    private static float LargestDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float largest = 0;
        for (int i = 0; i < a.Length; i++) largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        return largest;
    }

    private string? Error()
    {
        if (Frames.Count is 0 or > MaxFrames) return $"it has {Frames.Count} frames; 1 to {MaxFrames} are allowed";
        if (!(Tolerance is > 0 and <= 1)) return "its tolerance must be above 0 and at most 1";
        foreach (GoldenFrame frame in Frames)
        {
            if (!ModelPackage.IsPlainPath(frame.File) || frame.File.Contains('/', StringComparison.Ordinal))
            {
                return $"\"{frame.File}\" is not a plain file name";
            }

            if (frame.Probabilities.Length == 0 || frame.Probabilities.Any(p => !float.IsFinite(p)))
            {
                return $"{frame.File}: its probabilities are not all numbers";
            }
        }

        return null;
    }

    private static PackageException Bad(string message, Exception? inner = null) =>
        new(PackageFailure.BadPackage, message, inner);
}

/// <summary>A picture and its reference output.</summary>
/// <param name="File">The picture's file name, beside expected.json.</param>
/// <param name="Probabilities">In class order, unrounded.</param>
/// <param name="Grade">The label of the highest one.</param>
public sealed record GoldenFrame(string File, float[] Probabilities, string Grade);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GoldenFrames))]
internal sealed partial class GoldenFramesJson : JsonSerializerContext;
