using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Fit;

/// <summary>
/// What a training that begins with an earlier one's weights may begin with: those of its folder <c>all</c> saw all its patients, and whoever of
/// them is held out now would be graded by a network that was trained on him.
/// </summary>
internal static class CheckpointStart
{
    /// <summary>Finds out with which of the earlier training's weights each part begins.</summary>
    /// <param name="experiment">What to train.</param>
    /// <param name="clips">On what.</param>
    /// <param name="leaky">Whether it is to leak anyway.</param>
    /// <returns>True where the fold K begins with the earlier training's <c>fold-K</c>: the same clips in the same folds. False where all begin with <c>all</c>.</returns>
    /// <exception cref="TrainingException">A patient that is to be held out was trained on, or the earlier training can't be read.</exception>
    public static bool IsByFold(Experiment experiment, TrainingClips clips, bool leaky)
    {
        if (leaky || experiment.Network.Start != NetworkSettings.Checkpoint) return false;
        string? earlier = experiment.Network.Weights!;
        FitRecord record = FitRecord.Load(earlier);
        if (experiment.Method == Experiment.FinetuneMethod && !record.Leaky && record.DataSha256 == clips.Sha256) return true;

        // Features of a network that stays as it is are computed once, for all folds. And the earlier training may have begun with another's weights.
        HashSet<(string, string)> here = [.. clips.Clips.Select(clip => (clip.Dataset, clip.Patient))];
        for (HashSet<string> seen = []; earlier is not null && seen.Add(Path.GetFullPath(earlier));)
        {
            string file = Path.Combine(earlier, Experiment.FileName);
            Experiment? trained = File.Exists(file) ? Experiment.Load(file) : null;
            LabelledClip? both = ClipsOf(earlier).FirstOrDefault(clip => (trained is null || TrainingClips.IsTrainedOn(clip, trained)) && here.Contains((clip.Dataset, clip.Patient)));
            if (both is not null)
            {
                throw new TrainingException(
                    TrainingFailure.Leaky,
                    $"network.weights: {earlier} was trained on patient {both.Patient} of {both.Dataset}, who is held out here: the figures would show memory, not skill. Begin with a training on other patients, or, to fine-tune on, on the very same index; fit --leaky shows how it flatters.");
            }

            earlier = trained?.Network is { Start: NetworkSettings.Checkpoint, Weights: { } weights } ? weights : null;
        }

        return false;
    }

    /// <summary>The clips of a training's index; none where it is no longer there or no longer an index: then nothing can be proven.</summary>
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
