using LusEdge.Infer;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;

namespace LusEdge.Training.Export;

/// <summary>
/// <c>lusedge-train export</c>: makes a model directory that the appliance loads from a finished and calibrated training, and
/// checks it by grading clips both as the appliance does and as the training does.
/// </summary>
internal static class ModelExporter
{
    /// <summary>
    /// The allowed difference between the file's probabilities and the training's, due to rounding; larger for weights in half
    /// precision.
    /// </summary>
    private const float LargestDifference = 1e-3f, LargestHalfDifference = 0.01f;

    private const int FramesPerClip = 2;

    /// <summary>Exports a model.</summary>
    /// <param name="training">The training's directory.</param>
    /// <param name="directory">
    /// The model's directory, whose name becomes the model's id; an existing model is replaced as a whole.
    /// </param>
    /// <param name="version">The version in the manifest, from 1.</param>
    /// <param name="halfWeights">Stores weights in half precision.</param>
    /// <param name="walk">A phantom clip to grade as well, with its sidecar next to it; or null.</param>
    /// <param name="about">A Markdown file for the card, or null.</param>
    /// <param name="progress">Receives the progress of the checks.</param>
    /// <param name="cancel">Stops the work; the model's directory stays as it was.</param>
    /// <returns>The card, the largest difference of a probability from the training's, and the figures on the walk.</returns>
    /// <exception cref="TrainingException">
    /// The training is not finished, not calibrated or leaky, or the file's grades differ from the training's.
    /// </exception>
    public static (ModelCard Card, float Difference, Evaluation? Walk) Run(
        string training, string directory, int version, bool halfWeights, string? walk, string? about,
        IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        using TrainedModel model = TrainedModel.Load(training);
        if (model.Record.Leaky)
        {
            throw new TrainingException(
                TrainingFailure.Leaky,
                $"{training}: its split is by frame, with frames of the same clip both trained on and held out. "
                    + "Its figures show memory, not skill, so it is only for comparison and can't be exported; "
                    + "train without --leaky.");
        }

        if (model.Experiment.IsNearest)
        {
            throw new TrainingException(
                TrainingFailure.BadExperiment,
                $"{training}: its grader is nearest, which compares frames with the training frames and has no network to "
                    + "export; train with \"grader\": \"linear\".");
        }

        string? words = about is null ? null : ReadAbout(about);
        CalibrationRecord calibration = CalibrationRecord.Load(training);
        QualityGate? quality = calibration.MinQuality is null
            ? null
            : QualityFile.Read(Path.Combine(training, QualityFile.FileName));
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(model.Record.Index);
        TrainingClips.CheckSame(model.Record.Index, clips, model.Record);
        string id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        byte[] file =
            TrainedGraph.Build(model, TrainedGraph.Describe(model, calibration.Temperature, calibration.MinConfidence,
                calibration.MinQuality, halfWeights), quality, halfWeights);
        var manifest = new ModelManifest(id, version, model.Scheme.Id, ModelManifest.HashOf(file));
        return ModelDirectory.Replace(directory, manifest, file, (loaded, unfinished) =>
        {
            float difference = Check(loaded, model, calibration.Temperature, clips,
                halfWeights ? LargestHalfDifference : LargestDifference, progress, cancel);
            Evaluation? walked = walk is null ? null : ClipCheck.Run(loaded, walk, progress, cancel);
            GoldenPictures.Write(unfinished, file, loaded.Description);
            string predictions = Path.Combine(unfinished, FrameGrade.FileName);
            File.Copy(Path.Combine(training, FrameGrade.FileName), predictions);
            var card = new ModelCard(
                model.Record.DemonstrationOnly
                    ? "A demonstration model: it shows what the appliance does with a picture. It must not be used on patients."
                    : $"It grades lung ultrasound on the scale {model.Scheme.Id}: {string.Join(", ", model.Scheme.Grades)}.",
                ModelCard.Use,
                TrainedGraph.TrainedOn(model.Record),
                Licences(model.Record.Index),
                MathF.Round(calibration.Temperature, 4),
                calibration.MinConfidence,
                calibration.MinQuality,
                calibration.Gate,
                walked,
                Predictions.Load(predictions, clips, model.Scheme).Figures(clips, progress, cancel));
            return ((card, difference, walked), card.ToJson(), card.ToMarkdown(id, model.Experiment, halfWeights, words));
        });
    }

    /// <summary>
    /// Grades one clip of each grade and data set on the appliance's own path, and compares with the training's own network.
    /// </summary>
    private static float Check(
        SeverityModel loaded,
        TrainedModel model,
        float temperature,
        IReadOnlyList<LabelledClip> clips,
        float allowed,
        IProgress<WorkProgress> progress,
        CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(model.Record.Index)!;
        LabelledClip[] chosen = [.. clips.DistinctBy(clip => (clip.Dataset, Schemes.ClassOf(model.Scheme, clip)))];
        float largest = 0;
        foreach ((int i, LabelledClip clip) in chosen.Index())
        {
            foreach (GrayFrame frame in ClipFrames.Read(root, clip, FramesPerClip, ClipFrames.BlackMean, cancel))
            {
                frame.Pixels.CopyTo(loaded.InputFor(frame.Width, frame.Height));
                float[] given = loaded.Run()
                    .ToArray(), expected = TemperatureScaling.Softmax(TrainedGraph.Logits(model, frame), temperature);
                float difference = given.Length == 0 ? 1 : given.Zip(expected).Max(pair => MathF.Abs(pair.First - pair.Second));
                largest = MathF.Max(largest, difference);
                if (difference <= allowed) continue;
                throw new TrainingException(
                    TrainingFailure.Unreadable,
                    $"{clip.File}: the exported file and the training disagree on frame {frame.Number} (a probability differs "
                        + $"by {difference:0.000}). This is a bug in the export. Please report it with the experiment.");
            }

            progress.Report(new WorkProgress("checking", i + 1, chosen.Length));
        }

        return largest;
    }

    private static string ReadAbout(string about)
    {
        try
        {
            return File.ReadAllText(about).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{about}: can't be read: {e.Message} --about must name a Markdown file.", e);
        }
    }

    /// <summary>The values of the index's column <c>licence</c>, if it has one, by data set.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Licences(string index) =>
        ClipIndex.Rows(index, [], "an index of clips")
            .Where(row => row.Cells.GetValueOrDefault("licence") is { Length: > 0 })
            .GroupBy(row => row.Cells["dataset"], row => row.Cells["licence"])
            .ToDictionary(set => set.Key, set => (IReadOnlyList<string>)[.. set.Distinct().Order(StringComparer.Ordinal)]);
}
