using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;

namespace LusEdge.Training.Calibrate;

/// <summary>The output for one frame of a network trained on the other folds, before any temperature.</summary>
/// <param name="Clip">The clip of the frame.</param>
/// <param name="Fold">The held-out fold.</param>
/// <param name="Frame">The frame's number.</param>
/// <param name="Label">The clip's class.</param>
/// <param name="Values">The logits, one per class.</param>
internal sealed record HeldOutLogits(LabelledClip Clip, int Fold, int Frame, int Label, float[] Values)
{
    /// <summary>Reads a training's table and checks it against the index.</summary>
    /// <param name="path">The table, <see cref="FrameLogits.FileName"/>.</param>
    /// <param name="clips">The clips of the training's index.</param>
    /// <param name="scheme">The scale.</param>
    /// <param name="leaky">
    /// Whether frames of a clip were in several folds: a frame's fold may then differ from its clip's.
    /// </param>
    /// <exception cref="TrainingException">It is missing, or a row is invalid.</exception>
    public static IReadOnlyList<HeldOutLogits> Load(
        string path, IReadOnlyList<LabelledClip> clips, ScoringScheme scheme, bool leaky)
    {
        if (!File.Exists(path))
        {
            throw new TrainingException(
                TrainingFailure.NotFound,
                $"{path}: the training has left no held-out logits, so there is nothing to calibrate; "
                    + "finish `lusedge-train fit` first.");
        }

        Dictionary<string, LabelledClip> byFile = clips.ToDictionary(clip => clip.File);
        var rows = new List<HeldOutLogits>();
        foreach ((int i, FrameLogits given) in FrameLogits.Load(path, scheme.Grades.Count).Index())
        {
            // Line 1 is the header; with a leaky split, the marker comes before it.
            int row = i + (leaky ? 3 : 2);
            if (!byFile.TryGetValue(given.File, out LabelledClip? clip))
                throw ClipIndex.Bad(path, row, $"the index has no clip {given.File}; give the index of the training");
            if (given.Fold != clip.Fold && !leaky)
                throw ClipIndex.Bad(path, row,
                    $"fold is {given.Fold}, but {clip.File} is in fold {clip.Fold} of the index; give the index of the training");
            rows.Add(new HeldOutLogits(clip, given.Fold, given.Frame, Schemes.ClassOf(scheme, clip), [.. given.Z]));
        }

        return rows.Select(row => row.Fold).Distinct().Count() > 1
            ? rows
            : throw new TrainingException(TrainingFailure.BadIndex,
                $"{path}: it has fewer than 2 folds; the temperature of a fold is fitted on the others.");
    }
}
