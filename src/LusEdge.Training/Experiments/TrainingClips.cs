using System.Security.Cryptography;
using System.Text;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Experiments;

/// <summary>
/// The clips of an index as an experiment uses them. Each clip exists, is listed once, and has a grade on the scale.
/// </summary>
/// <param name="Root">The directory of the index.</param>
/// <param name="Scheme">The scale.</param>
/// <param name="Clips">All rows of the index.</param>
/// <param name="Sha256">SHA-256 of the index and all clips.</param>
internal sealed record TrainingClips(string Root, ScoringScheme Scheme, IReadOnlyList<LabelledClip> Clips, string Sha256)
{
    /// <summary>The notice that accompanies all figures of a set with synthetic clips.</summary>
    public const string PhantomNotice =
        "Some clips are synthetic: for demonstration only. These figures say nothing about patients.";

    /// <summary>The folds, in order.</summary>
    public IReadOnlyList<int> Folds => [.. Clips.Select(clip => clip.Fold).Distinct().Order()];

    /// <summary>The class of a clip.</summary>
    public int ClassOf(LabelledClip clip) => Schemes.ClassOf(Scheme, clip);

    /// <summary>Loads and checks the clips of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <exception cref="TrainingException">
    /// The index is invalid, or a clip is missing, listed twice, or not graded on the scale.
    /// </exception>
    public static TrainingClips Load(Experiment experiment)
    {
        string path = experiment.Index, root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        ScoringScheme scheme = Schemes.Load(experiment.Scheme);
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(path);
        string[] unknown = [.. experiment.Datasets.Except(clips.Select(clip => clip.Dataset))];
        if (unknown.Length > 0)
            throw new TrainingException(
                TrainingFailure.BadExperiment,
                $"datasets: {path} has no clip of {string.Join(", ", unknown)}; it has "
                    + $"{string.Join(", ", clips.Select(clip => clip.Dataset).Distinct())}.");
        if (clips.Select(clip => clip.Fold).Distinct().Count() < 2)
            throw new TrainingException(TrainingFailure.BadIndex,
                $"{path}: all clips are in fold {clips[0].Fold}; give at least 2 folds, or nothing can be held out.");

        var byContent = new Dictionary<string, LabelledClip>();
        foreach (LabelledClip clip in clips)
        {
            string hash = HashOf(path, clip);
            if (!byContent.TryAdd(hash, clip))
            {
                LabelledClip other = byContent[hash];
                throw ClipIndex.Bad(
                    path, clip.Row, $"{clip.File} is the same clip as {other.File} in row {other.Row}; remove one of the two");
            }

            Schemes.ClassOf(scheme, clip);
        }

        var loaded = new TrainingClips(root, scheme, clips, HashOf(path, byContent.Keys));
        loaded.CheckClasses(path, experiment);
        return loaded;
    }

    /// <summary>
    /// Checks that an index and its clips are those of a training, even if they have been moved. Its held-out logits say nothing
    /// about other clips or labels.
    /// </summary>
    /// <param name="path">The index.</param>
    /// <param name="clips">Its rows.</param>
    /// <param name="record">How the training ran.</param>
    /// <exception cref="TrainingException">A clip is missing, or something was changed.</exception>
    public static void CheckSame(string path, IReadOnlyList<LabelledClip> clips, FitRecord record)
    {
        string hash = HashOf(path, clips.Select(clip => HashOf(path, clip)));
        if (hash != record.DataSha256)
        {
            throw new TrainingException(
                TrainingFailure.SettingsMismatch,
                $"{path}: the index or its clips are not those of the training (data_sha256 is {hash[..8]} and was "
                    + $"{record.DataSha256[..8]}); restore them, or train again in another directory.");
        }
    }

    /// <summary>Computes the hash of an index and all its clips.</summary>
    internal static string HashOf(string path, IEnumerable<string> clips)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData(File.ReadAllBytes(path));
        foreach (string clip in clips) whole.AppendData(Encoding.ASCII.GetBytes(clip));
        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    /// <summary>Computes the hash of a clip.</summary>
    internal static string HashOf(string path, LabelledClip clip)
    {
        string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, clip.File);
        if (!File.Exists(file))
            throw ClipIndex.Bad(path, clip.Row, $"the clip {file} does not exist; put it there or remove the row");
        using FileStream content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>Whether a clip is synthetic. A model trained on synthetic clips is for demonstration only.</summary>
    public static bool IsPhantom(LabelledClip clip) =>
        clip.Dataset.StartsWith(ClipCollection.Dataset, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a clip is trained on. Clips of other sets are only graded.</summary>
    public static bool IsTrainedOn(LabelledClip clip, Experiment experiment) => experiment.Datasets.Count == 0
        || experiment.Datasets.Contains(clip.Dataset);

    private void CheckClasses(string path, Experiment experiment)
    {
        foreach (int fold in Folds)
        {
            HashSet<int> there = [.. Clips.Where(clip => clip.Fold != fold && IsTrainedOn(clip, experiment)).Select(ClassOf)];
            if (Enumerable.Range(0, Scheme.Grades.Count).FirstOrDefault(c => !there.Contains(c), -1) is var missing and >= 0)
            {
                throw new TrainingException(
                    TrainingFailure.BadIndex,
                    $"{path}: with fold {fold} held out, no clip of grade {Scheme.Grades[missing]} is left to train on; "
                        + "add clips of this grade, spread them over the folds, or use a scale without it.");
            }
        }
    }
}
