using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Fit;

namespace LusEdge.Training.Export;

/// <summary>
/// <c>lusedge-train head --out</c>: from a cross-validated head to a model directory that the appliance loads, checked by grading
/// clips as the appliance does.
/// </summary>
internal static class ClipExporter
{
    /// <summary>The ICLUS scale, one class a grade.</summary>
    public const string Scheme = "iclus-4";

    private const string Id = "lus-severity-4";

    /// <summary>Four grades that hesitate between all have 0.25 each; under this the frame says next to nothing.</summary>
    private const float MinConfidence = 0.3f;

    /// <summary>Half-precision weights move a probability by less than this, or something is wrong.</summary>
    private const float LargestDifference = 0.01f;

    /// <summary>Exports.</summary>
    /// <param name="network">ImageNet's, to the stage that the head reads.</param>
    /// <param name="validated">What the training came to.</param>
    /// <param name="data">What it was trained on and how.</param>
    /// <param name="directory">The model's directory; what is there is replaced as a whole.</param>
    /// <param name="version">The manifest's version, from 1.</param>
    /// <param name="progress">Told how far the check is.</param>
    /// <param name="cancel">Stops; the model's directory is then as it was.</param>
    /// <returns>The card, and the largest difference between the file's and the training's probabilities.</returns>
    /// <exception cref="TrainingException">The file grades a clip otherwise than the training.</exception>
    public static (ClipCard Card, float Difference) Run(
        BottleneckNetwork network,
        CrossValidated validated,
        ClipTraining data,
        string directory,
        int version,
        IProgress<WorkProgress> progress,
        CancellationToken cancel)
    {
        byte[] file = BottleneckGraph.Build(network, validated.Head, Describe(data, validated.Temperature), halfWeights: true);
        return ModelDirectory.Replace(directory, new ModelManifest(Id, version, Scheme, ModelManifest.HashOf(file)), file, (model, unfinished) =>
        {
            float difference = Check(model, validated, data, progress, cancel);
            string table = FrameGrade.ToCsv(validated.Grades);
            string written = Path.Combine(unfinished, FrameGrade.FileName);
            File.WriteAllText(written, table);

            // From the table as it is written, decimals and all: whoever computes the figures anew gets the same.
            IReadOnlyList<FrameGrade> grades = Predictions.Load(written, data.Clips).Frames;
            var card = new ClipCard(
                "It grades lung ultrasound from 0 to 3, trained on public clips of patients. It is the first step from the phantom to patients, and a baseline to beat.",
                "Research prototype. Not a medical device. Not for diagnosis, treatment or patient monitoring.",
                ClipCard.Public,
                "non-commercial research only: models/LICENSE",
                MathF.Round(validated.Temperature, 4),
                MinConfidence,
                Math.Round(grades.Count(grade => grade.P.Max() >= MinConfidence) / (double)grades.Count, 4),
                ClipFigures.Of(data.Clips, grades));
            return ((card, difference), card.ToJson(), card.ToMarkdown(Id, data.Extracted, data.Settings));
        });
    }

    /// <summary>What the file says about itself.</summary>
    internal static ModelDescription Describe(ClipTraining data, float temperature) => new()
    {
        V = 1,
        Scheme = Scheme,
        Classes = [.. Enumerable.Range(0, ClipIndex.Grades).Select(grade => $"{grade}")],
        Severities = [.. Enumerable.Range(0, ClipIndex.Grades)],
        Input = new ModelInput("frame", data.Extracted.Size, data.Extracted.Size),
        Preprocessing = BottleneckGraph.Preprocessing,
        Precision = "fp32",
        Temperature = temperature,
        Gate = new ModelGate(data.Extracted.BlackMean, MinConfidence),
        Provenance = new ModelProvenance
        {
            DemonstrationOnly = false,
            TrainedOn = ClipCard.Public,
            More = new Dictionary<string, JsonElement>
            {
                ["architecture"] = Json($"resnet50 to stage {data.Settings.Stage}, {data.Settings.Bands} bands, linear"),
                ["stored_weights"] = Json("fp16"),
                ["license"] = Json("non-commercial research only"),
                ["clips"] = Json(data.Clips.Count),
                ["index_sha256"] = Json(data.IndexSha256),
                ["imagenet"] = Json(ImagenetWeights.Package),
                ["imagenet_sha256"] = Json(ImagenetWeights.Sha256),
            },
        },
    };

    /// <summary>Grades one clip of each grade and set on the appliance's own way, and compares with what the training saw.</summary>
    private static float Check(SeverityModel model, CrossValidated validated, ClipTraining data, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        LabelledClip[] chosen = [.. data.Clips.DistinctBy(clip => (clip.Dataset, clip.Severity))];
        ILookup<LabelledClip, BandedFrame> trained = data.Frames.ToLookup(frame => frame.Clip);
        float largest = 0;
        foreach ((int i, LabelledClip clip) in chosen.Index())
        {
            IReadOnlyList<GrayFrame> decoded = ClipFrames.Read(data.ClipDirectory, clip, data.Extracted.Frames, data.Extracted.BlackMean, cancel);
            foreach ((GrayFrame frame, BandedFrame seen) in decoded.Zip(trained[clip]))
            {
                frame.Pixels.CopyTo(model.InputFor(frame.Width, frame.Height));
                float[] given = model.Run().ToArray(), expected = TemperatureScaling.Softmax(validated.Head.Logits(seen.Values), validated.Temperature);
                float difference = given.Length == 0 ? 1 : given.Zip(expected).Max(pair => MathF.Abs(pair.First - pair.Second));
                largest = MathF.Max(largest, difference);
                if (frame.Number != seen.Number || difference > LargestDifference)
                {
                    throw new TrainingException(
                        TrainingFailure.Unreadable,
                        $"{clip.File}: the exported file grades frame {frame.Number} otherwise than the training (by {difference:0.000}); delete the features and make them anew with `lusedge-train features`.");
                }
            }

            progress.Report(new WorkProgress("checking", i + 1, chosen.Length));
        }

        return largest;
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Default);
}

/// <summary>What a head was trained on, and how.</summary>
/// <param name="ClipDirectory">Where the clips lie.</param>
/// <param name="IndexSha256">Of the index, for the file's provenance.</param>
/// <param name="Clips">The index.</param>
/// <param name="Frames">The features of all clips.</param>
/// <param name="Extracted">How the features were made.</param>
/// <param name="Settings">How the head was trained.</param>
internal sealed record ClipTraining(
    string ClipDirectory,
    string IndexSha256,
    IReadOnlyList<LabelledClip> Clips,
    IReadOnlyList<BandedFrame> Frames,
    FeatureSettings Extracted,
    HeadSettings Settings);
