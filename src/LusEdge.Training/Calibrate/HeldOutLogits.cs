using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Calibrate;

/// <summary>What a network that was trained on the other folds said about one frame, before any temperature.</summary>
/// <param name="Clip">Its clip.</param>
/// <param name="Fold">The fold that was held out.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="Label">The clip's class.</param>
/// <param name="Values">A logit a class.</param>
internal sealed record HeldOutLogits(LabelledClip Clip, int Fold, int Frame, int Label, float[] Values)
{
    /// <summary>Reads a training's table and holds it against the index.</summary>
    /// <param name="path">The table, <see cref="FrameLogits.FileName"/>.</param>
    /// <param name="clips">The index that was trained on.</param>
    /// <param name="scheme">The scale.</param>
    /// <param name="leaky">Frames of one clip were in several folds: a frame's fold then is not its clip's.</param>
    /// <exception cref="TrainingException">It is missing, or a row is wrong.</exception>
    public static IReadOnlyList<HeldOutLogits> Load(string path, IReadOnlyList<LabelledClip> clips, ScoringScheme scheme, bool leaky)
    {
        if (!File.Exists(path))
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{path}: the training left no held-out logits, so nothing can be calibrated; run `lusedge-train fit` to its end first.");
        }

        Dictionary<string, LabelledClip> byFile = clips.ToDictionary(clip => clip.File);
        var rows = new List<HeldOutLogits>();
        foreach ((int i, FrameLogits given) in FrameLogits.Load(path, scheme.Grades.Count).Index())
        {
            // After the header, and before it the line that says that the split leaked.
            int row = i + (leaky ? 3 : 2);
            if (!byFile.TryGetValue(given.File, out LabelledClip? clip))
                throw ClipIndex.Bad(path, row, $"the index has no clip {given.File}; give the index that was trained on");
            if (given.Fold != clip.Fold && !leaky)
                throw ClipIndex.Bad(path, row, $"fold is {given.Fold}, but {clip.File} is in fold {clip.Fold} of the index; give the index that was trained on");
            rows.Add(new HeldOutLogits(clip, given.Fold, given.Frame, Schemes.ClassOf(scheme, clip), [.. given.Z]));
        }

        return rows.Select(row => row.Fold).Distinct().Count() > 1
            ? rows
            : throw new TrainingException(TrainingFailure.BadIndex, $"{path}: it has fewer than 2 folds; a temperature for one is fitted on the others.");
    }
}
