using System.Globalization;

namespace LusEdge.Training.Finetune;

/// <summary>
/// The directory with the newest checkpoint of a training. A checkpoint appears under its name only when it is complete, and only
/// then is the previous one deleted. So there is a complete checkpoint even if the program is killed at any moment.
/// </summary>
/// <param name="root">The directory of the checkpoints; created with the first one.</param>
internal sealed class CheckpointFolder(string root)
{
    private const string Prefix = "step-";

    /// <summary>The directory of the newest checkpoint, or null.</summary>
    public string? Newest => Complete().LastOrDefault();

    /// <summary>Writes a checkpoint and deletes older ones.</summary>
    /// <param name="step">The number of completed steps.</param>
    /// <param name="save">Writes the files of the checkpoint into the given directory.</param>
    public void Write(int step, Action<string> save)
    {
        string name = Path.Combine(root, $"{Prefix}{step:D7}"), unfinished = $"{name}.part";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        save(unfinished);
        Directory.Move(unfinished, name);
        foreach (string older in Complete().Where(path => path != name)) Directory.Delete(older, recursive: true);
    }

    /// <summary>
    /// Deletes all checkpoints when the training is finished. They disappear at once, because a checkpoint that lost a file would
    /// give other weights.
    /// </summary>
    public void Delete()
    {
        string gone = $"{root}.old";
        if (Directory.Exists(gone)) Directory.Delete(gone, recursive: true);
        if (!Directory.Exists(root)) return;
        Directory.Move(root, gone);
        Directory.Delete(gone, recursive: true);
    }

    private string[] Complete() => Directory.Exists(root)
        ? [.. Directory.EnumerateDirectories(root, $"{Prefix}*")
            .Where(path =>
                int.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Order(StringComparer.Ordinal)]
        : [];
}
