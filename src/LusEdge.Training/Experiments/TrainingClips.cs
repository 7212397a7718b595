using System.Security.Cryptography;
using System.Text;
using LusEdge.Infer;
using LusEdge.Training.Clips;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Experiments;

/// <summary>The clips of an index as an experiment uses them, each checked to be there, once, and with a grade of the scale.</summary>
/// <param name="Root">The index's directory.</param>
/// <param name="Scheme">The scale.</param>
/// <param name="Clips">All rows of the index.</param>
/// <param name="Sha256">Of the index and every clip.</param>
internal sealed record TrainingClips(string Root, ScoringScheme Scheme, IReadOnlyList<LabelledClip> Clips, string Sha256)
{
    /// <summary>Said beside every figure of such a set.</summary>
    public const string PhantomNotice = "Synthetic pictures were among the clips: for demonstration only. These figures say nothing about patients.";

    /// <summary>The folds, in order.</summary>
    public IReadOnlyList<int> Folds => [.. Clips.Select(clip => clip.Fold).Distinct().Order()];

    /// <summary>The class of a clip.</summary>
    public int ClassOf(LabelledClip clip) => Schemes.ClassOf(Scheme, clip);

    /// <summary>Loads and checks what an experiment names.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <exception cref="TrainingException">The index is wrong, or a clip is missing, twice there, or of no grade of the scale.</exception>
    public static TrainingClips Load(Experiment experiment)
    {
        string path = experiment.Index, root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        ScoringScheme scheme = Schemes.Load(experiment.Scheme);
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(path);
        string[] unknown = [.. experiment.Datasets.Except(clips.Select(clip => clip.Dataset))];
        if (unknown.Length > 0)
            throw new TrainingException(TrainingFailure.BadExperiment, $"datasets: {path} has no clip of {string.Join(", ", unknown)}; it has {string.Join(", ", clips.Select(clip => clip.Dataset).Distinct())}.");
        if (clips.Select(clip => clip.Fold).Distinct().Count() < 2)
            throw new TrainingException(TrainingFailure.BadIndex, $"{path}: all clips are in fold {clips[0].Fold}; give at least 2 folds, or nothing can be held out.");

        var byContent = new Dictionary<string, LabelledClip>();
        foreach (LabelledClip clip in clips)
        {
            string hash = HashOf(path, clip);
            if (!byContent.TryAdd(hash, clip))
                throw ClipIndex.Bad(path, clip.Row, $"{clip.File} is the same clip as {byContent[hash].File} in row {byContent[hash].Row}; remove one of the two");
            Schemes.ClassOf(scheme, clip);
        }

        var loaded = new TrainingClips(root, scheme, clips, HashOf(path, byContent.Keys));
        loaded.CheckClasses(path, experiment);
        return loaded;
    }

    /// <summary>Makes sure that an index and its clips are those of a training, wherever they lie by now: its held-out logits say nothing about others, nor about other labels.</summary>
    /// <param name="path">The index.</param>
    /// <param name="clips">Its rows.</param>
    /// <param name="record">How the training ran.</param>
    /// <exception cref="TrainingException">A clip is missing, or they are others.</exception>
    public static void CheckSame(string path, IReadOnlyList<LabelledClip> clips, FitRecord record)
    {
        string hash = HashOf(path, clips.Select(clip => HashOf(path, clip)));
        if (hash != record.DataSha256)
        {
            throw new TrainingException(
                TrainingFailure.OtherSettings,
                $"{path}: index or clips are not as they were trained on (data_sha256 is {hash[..8]} and was {record.DataSha256[..8]}); put them back as they were, or train anew in another directory.");
        }
    }

    /// <summary>The hash of an index and all its clips.</summary>
    internal static string HashOf(string path, IEnumerable<string> clips)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData(File.ReadAllBytes(path));
        foreach (string clip in clips) whole.AppendData(Encoding.ASCII.GetBytes(clip));
        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    /// <summary>The hash of a clip.</summary>
    internal static string HashOf(string path, LabelledClip clip)
    {
        string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, clip.File);
        if (!File.Exists(file)) throw ClipIndex.Bad(path, clip.Row, $"there is no clip {file}; put it there or remove the row");
        using FileStream content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>Whether a clip is synthetic: whatever is trained on one is for demonstration only.</summary>
    public static bool IsPhantom(LabelledClip clip) => clip.Dataset.StartsWith(ClipCollection.Dataset, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a clip is trained on: the others are graded only.</summary>
    public static bool IsTrainedOn(LabelledClip clip, Experiment experiment) => experiment.Datasets.Count == 0 || experiment.Datasets.Contains(clip.Dataset);

    private void CheckClasses(string path, Experiment experiment)
    {
        foreach (int fold in Folds)
        {
            HashSet<int> there = [.. Clips.Where(clip => clip.Fold != fold && IsTrainedOn(clip, experiment)).Select(ClassOf)];
            if (Enumerable.Range(0, Scheme.Grades.Count).FirstOrDefault(c => !there.Contains(c), -1) is var missing and >= 0)
            {
                throw new TrainingException(
                    TrainingFailure.BadIndex,
                    $"{path}: with fold {fold} held out, no clip of grade {Scheme.Grades[missing]} is left to train on; add clips of it, spread them over the folds, or use a scale without it.");
            }
        }
    }
}
