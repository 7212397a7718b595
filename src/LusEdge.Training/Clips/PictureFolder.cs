using LusEdge.Capture.Source;

namespace LusEdge.Training.Clips;

/// <summary>Unlabelled pictures and clips in a folder, as the appliance sees them. Other files are ignored.</summary>
internal static class PictureFolder
{
    /// <summary>About one frame per second of most clips: closer frames are nearly the same picture.</summary>
    private const int Stride = 25;

    private static readonly string[] Kinds =
        [".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif", ".mp4", ".avi", ".mov", ".mkv", ".webm"];

    /// <summary>The files, sorted by name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="TrainingException">The folder does not exist or has no such file.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{folder}: the folder does not exist; name one with pictures or clips.");
        }

        string[] files = [.. Directory.GetFiles(folder).Where(file => Kinds.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0
            ? files
            : throw new TrainingException(TrainingFailure.NotFound,
                $"{folder}: it has no pictures or clips; the supported types are {string.Join(", ", Kinds)}.");
    }

    /// <summary>Decodes some frames of a file.</summary>
    /// <param name="file">A picture or a clip.</param>
    /// <param name="most">The maximum number of frames; a picture has one.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is skipped.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    /// <exception cref="TrainingException">It has no usable frame.</exception>
    public static IReadOnlyList<GrayFrame> Read(string file, int most, float blackMean, CancellationToken cancel) =>
        ClipFrames.Read(new CaptureOptions { Source = file }, most, (number, taken) => number >= taken * (long)Stride, blackMean,
            cancel) is { Count: > 0 } frames
            ? frames
            : throw new TrainingException(
                TrainingFailure.Unreadable, $"{file}: it has no usable frame, all are black or damaged; remove the file.");
}
