using System.Globalization;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

namespace LusEdge.Training.Report;

/// <summary>
/// Shows where a model looks: the class activation map of the grade it gives, laid over the frame. The average of the map over
/// the picture is the logit of that grade. The frames are chosen at random, one grade after the other, so misses appear as often
/// as they occur.
/// </summary>
/// <param name="directory">The directory of the index.</param>
/// <param name="clips">The clips of the index.</param>
/// <param name="predictions">The held-out predictions, whose frames are shown.</param>
/// <param name="model">The exported model's directory.</param>
internal sealed class CamExamples(string directory, IReadOnlyList<LabelledClip> clips, Predictions predictions, string model)
{
    private const int Width = 360;
    private const float Strength = 0.65f;

    /// <summary>Draws the examples.</summary>
    /// <param name="count">The number of examples.</param>
    /// <param name="progress">Receives the progress after each one.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">
    /// The model has another scale or no map, or the clips have no frame with a prediction.
    /// </exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    public IReadOnlyList<Picture> Draw(int count, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        CheckModel();
        using var session = new InferenceSession(Path.Combine(model, SeverityModel.FileName));
        if (!session.OutputMetadata.ContainsKey("cam"))
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{model}: its file has no output cam; export the model again.");
        ILookup<string, FrameGrade> byFile = predictions.Frames.ToLookup(frame => frame.File);
        var pictures = new List<Picture>();
        foreach (LabelledClip clip in InRandomOrder())
        {
            cancel.ThrowIfCancellationRequested();
            if (pictures.Count == count) break;
            Dictionary<int, FrameGrade> graded = byFile[clip.File].DistinctBy(frame => frame.Frame)
                .ToDictionary(frame => frame.Frame);
            GrayFrame[] known = [.. ClipFrames.Read(directory, clip, graded.Count, ClipFrames.BlackMean, cancel)
                .Where(frame => graded.ContainsKey(frame.Number))];
            if (known.Length == 0) continue;
            GrayFrame shown = known[known.Length / 2];
            pictures.Add(Draw(session, clip, shown, graded[shown.Number]));
            progress.Report(new WorkProgress("activation maps", pictures.Count, count));
        }

        return pictures.Count > 0
            ? pictures
            : throw new TrainingException(TrainingFailure.BadIndex,
                $"{directory}: no clip has a frame with a prediction; give the clips that the predictions were made from.");
    }

    private void CheckModel()
    {
        var options = new InferOptions { Provider = ProviderChoice.Cpu };
        using SeverityModel loaded = SeverityModel.Load(model, options, NullLogger<SeverityModel>.Instance);
        if (loaded.InUse.Scheme.Grades.SequenceEqual(predictions.Scheme.Grades)) return;
        throw new TrainingException(
            TrainingFailure.BadIndex,
            $"{model}: it grades on {loaded.InUse.Scheme.Id}, but the predictions are on {predictions.Scheme.Id}; "
                + "give the model that was exported from this training.");
    }

    /// <summary>A random clip of each grade in turn.</summary>
    private IEnumerable<LabelledClip> InRandomOrder()
    {
        var random = new SeededRandom(1);
        Queue<LabelledClip>[] byGrade =
        [
            .. clips.OrderBy(_ => random.Next()).GroupBy(clip => Schemes.ClassOf(predictions.Scheme, clip))
                .OrderBy(group => group.Key).Select(group => new Queue<LabelledClip>(group)),
        ];
        while (byGrade.Any(grade => grade.Count > 0))
        {
            foreach (Queue<LabelledClip> grade in byGrade)
            {
                if (grade.TryDequeue(out LabelledClip? clip)) yield return clip;
            }
        }
    }

    private Picture Draw(InferenceSession session, LabelledClip clip, GrayFrame frame, FrameGrade heldOut)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(frame.Pixels, [1, 1, frame.Height, frame.Width]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            session.Run(run, [session.InputNames[0]], [input], ["probabilities", "cam"]);
        int given = IndexOfMax(outputs[0].GetTensorDataAsSpan<float>());
        long[] shape = outputs[1].GetTensorTypeAndShape().Shape;
        int height = (int)shape[2], width = (int)shape[3];
        byte[] png = Blend(
            frame, outputs[1].GetTensorDataAsSpan<float>().Slice(given * height * width, height * width), width, height);
        IReadOnlyList<string> grades = predictions.Scheme.Grades;
        int expert = Schemes.ClassOf(predictions.Scheme, clip), held = IndexOfMax([.. heldOut.P]);
        string caption = string.Create(
            CultureInfo.InvariantCulture,
            $"{clip.Dataset}, frame {frame.Number} of {clip.File}. Experts: {grades[expert]}. Held out: "
                + $"{grades[held]} ({heldOut.P[held]:P0}), {(held == expert ? "right" : "wrong")}. Map: "
                + $"of grade {grades[given]}, which the exported file gives.");
        return new Picture(caption, $"Ultrasound frame with a heat map over it. {caption}", png);
    }

    /// <summary>Lays the map over the gray picture. The map is scaled to its own range: it shows where, not how much.</summary>
    private static byte[] Blend(GrayFrame frame, ReadOnlySpan<float> map, int width, int height)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float value in map) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        using var gray = new SKBitmap(new SKImageInfo(frame.Width, frame.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int y = 0; y < frame.Height; y++)
            frame.Pixels.AsSpan(y * frame.Width, frame.Width).CopyTo(gray.GetPixelSpan()[(y * gray.RowBytes)..]);
        using var heat = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int i = 0; i < map.Length; i++)
            heat.SetPixel(i % width, i / width, Heat(high > low ? (map[i] - low) / (high - low) : 0));
        int shownHeight = Width * frame.Height / frame.Width;
        using SKSurface surface = SKSurface.Create(new SKImageInfo(Width, shownHeight, SKColorType.Rgba8888, SKAlphaType.Premul));
        var whole = new SKRect(0, 0, Width, shownHeight);
        using SKImage picture = SKImage.FromBitmap(gray), overlay = SKImage.FromBitmap(heat);
        surface.Canvas.DrawImage(picture, whole, new SKSamplingOptions(SKFilterMode.Linear));
        surface.Canvas.DrawImage(overlay, whole, new SKSamplingOptions(SKFilterMode.Linear));
        using SKImage drawn = surface.Snapshot();
        using SKData png = drawn.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>
    /// Colours from transparent over violet and orange to yellow. Lightness increases with the value, so the map can be read
    /// without colours too.
    /// </summary>
    private static SKColor Heat(float share)
    {
        ReadOnlySpan<(byte R, byte G, byte B)> stops = [(30, 10, 70), (140, 30, 110), (230, 90, 50), (250, 230, 90)];
        float place = share * (stops.Length - 1);
        int from = Math.Min((int)place, stops.Length - 2);
        float rest = place - from;
        return new SKColor(
            Mix(stops[from].R, stops[from + 1].R), Mix(stops[from].G, stops[from + 1].G), Mix(stops[from].B, stops[from + 1].B),
            (byte)(255 * Strength * share * share));

        byte Mix(byte a, byte b) => (byte)(a + (b - a) * rest);
    }

    private static int IndexOfMax(ReadOnlySpan<float> p) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(p);
}
