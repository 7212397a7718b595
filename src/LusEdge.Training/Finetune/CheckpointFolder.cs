using System.Globalization;

namespace LusEdge.Training.Finetune;

/// <summary>
/// A directory with the newest checkpoint of one training. A checkpoint appears under its name only when it is complete, and the
/// one before it is deleted only then: whenever the program is killed, a whole one is there.
/// </summary>
/// <param name="root">The training's directory; made when the first checkpoint is written.</param>
internal sealed class CheckpointFolder(string root)
{
    private const string Prefix = "step-";

    /// <summary>The newest checkpoint's directory, or null.</summary>
    public string? Newest => Complete().LastOrDefault();

    /// <summary>Writes a checkpoint and deletes those before it.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="save">Writes its files into the directory that it is given.</param>
    public void Write(int step, Action<string> save)
    {
        string name = Path.Combine(root, $"{Prefix}{step:D7}"), unfinished = $"{name}.part";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        save(unfinished);
        Directory.Move(unfinished, name);
        foreach (string older in Complete().Where(path => path != name)) Directory.Delete(older, recursive: true);
    }

    /// <summary>Deletes every checkpoint: the training is over. They go all at once: one that lost a file would give other weights.</summary>
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
            .Where(path => int.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Order(StringComparer.Ordinal)]
        : [];
}
