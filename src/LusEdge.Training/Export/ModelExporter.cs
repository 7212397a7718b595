using LusEdge.Infer;
using LusEdge.Training.Calibrate;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;

namespace LusEdge.Training.Export;

/// <summary>
/// <c>lusedge-train export</c>: from a finished and calibrated training to a model directory that the appliance loads, checked by grading
/// clips as the appliance does and as the training does.
/// </summary>
internal static class ModelExporter
{
    /// <summary>What may lie between the file's probabilities and the training's: rounding, and for weights in half precision theirs.</summary>
    private const float LargestDifference = 1e-3f, LargestHalfDifference = 0.01f;

    private const int FramesOfAClip = 2;

    /// <summary>Exports.</summary>
    /// <param name="training">The training's directory.</param>
    /// <param name="directory">The model's directory, whose name is the model's id; what is there is replaced as a whole.</param>
    /// <param name="version">The manifest's version, from 1.</param>
    /// <param name="halfWeights">Store weights in half precision.</param>
    /// <param name="walk">A phantom clip to grade too, with its sidecar beside it, or null.</param>
    /// <param name="about">A Markdown file for the card, or null.</param>
    /// <param name="progress">Told how far the checks are.</param>
    /// <param name="cancel">Stops; the model's directory is then as it was.</param>
    /// <returns>The card, the largest difference of a probability from the training's, and how the walk was graded.</returns>
    /// <exception cref="TrainingException">The training is not finished or calibrated, is leaky, or grades otherwise than the file.</exception>
    public static (ModelCard Card, float Difference, Evaluation? Walk) Run(
        string training, string directory, int version, bool halfWeights, string? walk, string? about, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        using TrainedModel model = TrainedModel.Load(training);
        if (model.Record.Leaky)
        {
            throw new TrainingException(
                TrainingFailure.Leaky,
                $"{training}: its split is by frame: frames of one clip were trained on and held out, so its figures show memory, not skill. It is only for show and no model is written; train without the frame split.");
        }

        if (model.Experiment.IsNearest)
        {
            throw new TrainingException(
                TrainingFailure.BadExperiment,
                $"{training}: its grader is nearest: it compares frames with those it was given and is no network, so there is no model to write; train with \"grader\": \"linear\".");
        }

        string? words = about is null ? null : Words(about);
        CalibrationRecord calibration = CalibrationRecord.Load(training);
        QualityGate? quality = calibration.MinQuality is null ? null : QualityFile.Read(Path.Combine(training, QualityFile.FileName));
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(model.Record.Index);
        TrainingClips.CheckSame(model.Record.Index, clips, model.Record);
        string id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        byte[] file = TrainedGraph.Build(model, TrainedGraph.Describe(model, calibration.Temperature, calibration.MinConfidence, calibration.MinQuality, halfWeights), quality, halfWeights);
        var manifest = new ModelManifest(id, version, model.Scheme.Id, ModelManifest.HashOf(file));
        return ModelDirectory.Replace(directory, manifest, file, (loaded, unfinished) =>
        {
            float difference = Check(loaded, model, calibration.Temperature, clips, halfWeights ? LargestHalfDifference : LargestDifference, progress, cancel);
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

    /// <summary>Grades a clip of each grade and set on the appliance's own way, and compares with what the training's network says.</summary>
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
            foreach (GrayFrame frame in ClipFrames.Read(root, clip, FramesOfAClip, ClipFrames.BlackMean, cancel))
            {
                frame.Pixels.CopyTo(loaded.InputFor(frame.Width, frame.Height));
                float[] given = loaded.Run().ToArray(), expected = TemperatureScaling.Softmax(TrainedGraph.Logits(model, frame), temperature);
                float difference = given.Length == 0 ? 1 : given.Zip(expected).Max(pair => MathF.Abs(pair.First - pair.Second));
                largest = MathF.Max(largest, difference);
                if (difference <= allowed) continue;
                throw new TrainingException(
                    TrainingFailure.Unreadable,
                    $"{clip.File}: the exported file grades frame {frame.Number} otherwise than the training (a probability differs by {difference:0.000}); this is a fault of the export. Please report it with the experiment.");
            }

            progress.Report(new WorkProgress("checking", i + 1, chosen.Length));
        }

        return largest;
    }

    private static string Words(string about)
    {
        try
        {
            return File.ReadAllText(about).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(TrainingFailure.NotFound, $"{about}: can't be read: {e.Message} --about names a Markdown file.", e);
        }
    }

    /// <summary>Column <c>licence</c> of the index, if it has one.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Licences(string index) =>
        ClipIndex.Rows(index, [], "an index of clips")
            .Where(row => row.Cells.GetValueOrDefault("licence") is { Length: > 0 })
            .GroupBy(row => row.Cells["dataset"], row => row.Cells["licence"])
            .ToDictionary(set => set.Key, set => (IReadOnlyList<string>)[.. set.Distinct().Order(StringComparer.Ordinal)]);
}
