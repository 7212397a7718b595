using LusEdge.Capture;

namespace LusEdge.Training.Clips;

/// <summary>Pictures and clips without labels in a folder, seen as the appliance would see them. Files of other kinds are passed over.</summary>
internal static class PictureFolder
{
    /// <summary>A frame a second of most clips: nearer ones are nearly the same picture.</summary>
    private const int Stride = 25;

    private static readonly string[] Kinds = [".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif", ".mp4", ".avi", ".mov", ".mkv", ".webm"];

    /// <summary>The files, in the order of their names.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <exception cref="TrainingException">There is no such folder, or none in it.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        if (!Directory.Exists(folder)) throw new TrainingException(TrainingFailure.NotFound, $"{folder}: there is no such folder; name one with pictures or clips.");
        string[] files = [.. Directory.GetFiles(folder).Where(file => Kinds.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? files
            : throw new TrainingException(TrainingFailure.NotFound, $"{folder}: there is no picture and no clip in it; it may hold {string.Join(", ", Kinds)}.");
    }

    /// <summary>Decodes some frames of a file.</summary>
    /// <param name="file">A picture or a clip.</param>
    /// <param name="most">How many frames at most; a picture has one.</param>
    /// <param name="blackMean">A picture whose mean gray is below this is left out.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    /// <exception cref="TrainingException">It has no frame that can be used.</exception>
    public static IReadOnlyList<GrayFrame> Read(string file, int most, float blackMean, CancellationToken cancel) =>
        ClipFrames.Read(new CaptureOptions { Source = file }, most, (number, taken) => number >= taken * (long)Stride, blackMean, cancel) is { Count: > 0 } frames
            ? frames
            : throw new TrainingException(TrainingFailure.Unreadable, $"{file}: no frame of it can be used, all are black or damaged; remove the file.");
}
