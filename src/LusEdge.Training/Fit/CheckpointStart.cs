using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Fit;

/// <summary>
/// Determines which weights a training may start from, if it starts from an earlier one. The weights in that training's folder
/// <c>all</c> were trained on all its patients, so a patient of that training who is held out now would be graded by a network
/// that has seen them.
/// </summary>
internal static class CheckpointStart
{
    /// <summary>Decides which of the earlier training's weights each part starts from.</summary>
    /// <param name="experiment">What to train.</param>
    /// <param name="clips">The clips to train on.</param>
    /// <param name="leaky">Whether the training may leak.</param>
    /// <returns>
    /// True if fold K starts from the earlier training's <c>fold-K</c>, because both have the same clips in the same folds. False
    /// if all parts start from <c>all</c>.
    /// </returns>
    /// <exception cref="TrainingException">
    /// The earlier training has seen a patient who is to be held out, or it can't be read.
    /// </exception>
    public static bool StartsByFold(Experiment experiment, TrainingClips clips, bool leaky)
    {
        if (leaky || experiment.Network.Start != NetworkSettings.Checkpoint) return false;
        string? earlier = experiment.Network.Weights!;
        FitRecord record = FitRecord.Load(earlier);
        if (experiment.Method == Experiment.FinetuneMethod && !record.Leaky && record.DataSha256 == clips.Sha256) return true;

        // The features of a frozen network are computed once, for all folds. And the earlier training may itself have started
        // from another one.
        HashSet<(string, string)> here = [.. clips.Clips.Select(clip => (clip.Dataset, clip.Patient))];
        for (HashSet<string> seen = []; earlier is not null && seen.Add(Path.GetFullPath(earlier));)
        {
            string file = Path.Combine(earlier, Experiment.FileName);
            Experiment? trained = File.Exists(file) ? Experiment.Load(file) : null;
            LabelledClip? both = ClipsOf(earlier).FirstOrDefault(clip =>
                (trained is null || TrainingClips.IsTrainedOn(clip, trained)) && here.Contains((clip.Dataset, clip.Patient)));
            if (both is not null)
            {
                throw new TrainingException(
                    TrainingFailure.Leaky,
                    $"network.weights: {earlier} was trained on patient {both.Patient} of {both.Dataset}, who is held out "
                        + "here: the figures would show memory, not skill. Start from a training on other patients or, to "
                        + "continue fine-tuning, on exactly the same index; fit --leaky shows how much it flatters.");
            }

            earlier = trained?.Network is { Start: NetworkSettings.Checkpoint, Weights: { } weights } ? weights : null;
        }

        return false;
    }

    /// <summary>
    /// The clips of a training's index. Empty if the index no longer exists or is invalid: then nothing can be proven.
    /// </summary>
    private static IReadOnlyList<LabelledClip> ClipsOf(string training)
    {
        try
        {
            return ClipIndex.Load(FitRecord.Load(training).Index);
        }
        catch (TrainingException)
        {
            return [];
        }
    }
}
