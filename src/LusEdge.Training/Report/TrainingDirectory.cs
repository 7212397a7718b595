using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Report;

/// <summary>What a finished and calibrated training left in its directory, read for the report.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Experiment">The complete experiment, <c>experiment.json</c>: a JSON object.</param>
/// <param name="Record">How it ran, <c>record.json</c>.</param>
/// <param name="Calibration">Temperature and thresholds, <c>calibration.json</c>: a JSON object, or null without one.</param>
/// <param name="History">The learning curves, <c>history.csv</c>; empty without one.</param>
internal sealed record TrainingDirectory(
    string Path, JsonElement Experiment, FitRecord Record, JsonElement? Calibration, IReadOnlyList<HistoryRow> History)
{
    /// <summary>Where the held-out predictions are.</summary>
    public string PredictionsFile => System.IO.Path.Combine(Path, FrameGrade.FileName);

    /// <summary>Reads a directory. The predictions are only looked for.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="TrainingException">It holds no training, one that was not calibrated, or a file that can't be read.</exception>
    public static TrainingDirectory Load(string path)
    {
        if (!File.Exists(In(FitRecord.FileName)))
            throw new TrainingException(TrainingFailure.NotFound, $"{path} holds no training; run `lusedge-train fit EXPERIMENT.json --out {path}` first.");
        var directory = new TrainingDirectory(
            path,
            ReadObject("experiment.json"),
            FitRecord.Load(path),
            File.Exists(In("calibration.json")) ? ReadObject("calibration.json") : null,
            File.Exists(In(HistoryRow.FileName)) ? HistoryRow.Load(In(HistoryRow.FileName)) : []);
        return File.Exists(directory.PredictionsFile)
            ? directory
            : throw new TrainingException(
                TrainingFailure.NotFinished, $"{path}: there is no {FrameGrade.FileName}; run `lusedge-train calibrate --training {path}` first.");

        string In(string file) => System.IO.Path.Combine(path, file);

        JsonElement ReadObject(string file) => Read(file, bytes =>
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("it is no JSON object.");
        });

        T Read<T>(string file, Func<byte[], T> parse)
        {
            try
            {
                return parse(File.ReadAllBytes(In(file)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new TrainingException(TrainingFailure.Unreadable, $"{In(file)}: can't be read: {e.Message} Train anew.", e);
            }
        }
    }

    /// <summary>Reads the held-out predictions; what the record and the table say about a leak has to agree.</summary>
    /// <param name="clips">The index.</param>
    /// <exception cref="TrainingException">The table is wrong or was made by another run.</exception>
    public Predictions LoadPredictions(IReadOnlyList<LabelledClip> clips)
    {
        Predictions read = Predictions.Load(PredictionsFile, clips, new ScoringScheme(Record.Scheme.Id, Record.Scheme.Classes, Record.Scheme.Severities));
        return read.Leaky == Record.Leaky
            ? read
            : throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{PredictionsFile}: {(read.Leaky ? "it says that it leaks, and record.json that it does not" : "record.json says that it leaks, and its first line does not")}; they are of different runs: calibrate anew.");
    }
}
