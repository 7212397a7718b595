using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Report;

/// <summary>The directory of a finished and calibrated training, read for the report.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Experiment">The complete experiment, <c>experiment.json</c>: a JSON object.</param>
/// <param name="Record">How it ran, <c>record.json</c>.</param>
/// <param name="Calibration">
/// Temperature and thresholds, <c>calibration.json</c>: a JSON object, or null if there is none.
/// </param>
/// <param name="History">The learning curves, <c>history.csv</c>; empty if there are none.</param>
internal sealed record TrainingDirectory(
    string Path, JsonElement Experiment, FitRecord Record, JsonElement? Calibration, IReadOnlyList<HistoryRow> History)
{
    /// <summary>The path of the held-out predictions.</summary>
    public string PredictionsFile => System.IO.Path.Combine(Path, FrameGrade.FileName);

    /// <summary>Reads a directory. Of the predictions, it only checks that they exist.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="TrainingException">
    /// It has no training, the training is not calibrated, or a file can't be read.
    /// </exception>
    public static TrainingDirectory Load(string path)
    {
        if (!File.Exists(In(FitRecord.FileName)))
            throw new TrainingException(TrainingFailure.NotFound,
                $"{path} contains no training; run `lusedge-train fit EXPERIMENT.json --out {path}` first.");
        var directory = new TrainingDirectory(
            path,
            ReadObject("experiment.json"),
            FitRecord.Load(path),
            File.Exists(In("calibration.json")) ? ReadObject("calibration.json") : null,
            File.Exists(In(HistoryRow.FileName)) ? HistoryRow.Load(In(HistoryRow.FileName)) : []);
        return File.Exists(directory.PredictionsFile)
            ? directory
            : throw new TrainingException(
                TrainingFailure.NotFinished,
                $"{path}: there is no {FrameGrade.FileName}; run `lusedge-train calibrate --training {path}` first.");

        string In(string file) => System.IO.Path.Combine(path, file);

        JsonElement ReadObject(string file) => Read(file, bytes =>
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new JsonException("it is not a JSON object.");
        });

        T Read<T>(string file, Func<byte[], T> parse)
        {
            try
            {
                return parse(File.ReadAllBytes(In(file)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new TrainingException(
                    TrainingFailure.Unreadable, $"{In(file)}: can't be read: {e.Message} Train again.", e);
            }
        }
    }

    /// <summary>Reads the held-out predictions. Record and table must agree on whether the split leaked.</summary>
    /// <param name="clips">The clips of the index.</param>
    /// <exception cref="TrainingException">The table is invalid or was made by another run.</exception>
    public Predictions LoadPredictions(IReadOnlyList<LabelledClip> clips)
    {
        Predictions read = Predictions.Load(
            PredictionsFile, clips, new ScoringScheme(Record.Scheme.Id, Record.Scheme.Classes, Record.Scheme.Severities));
        if (read.Leaky == Record.Leaky) return read;
        string contradiction = read.Leaky
            ? "it says that it leaks, but record.json says that it does not"
            : "record.json says that it leaks, but its first line does not";
        throw new TrainingException(
            TrainingFailure.BadIndex, $"{PredictionsFile}: {contradiction}; they are from different runs: calibrate again.");
    }
}
