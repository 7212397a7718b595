using System.Text;

namespace LusEdge.Training.Phantom;

/// <summary>A directory of short labelled clips, each with its own scene, and an index.csv with one line per clip.</summary>
internal static class ClipCollection
{
    /// <summary>The name of the data set. A set whose name begins with it is synthetic.</summary>
    public const string Dataset = "phantom";

    private const int Width = 384, Height = 320, MostFolds = 4;

    /// <summary>This repository's licence: the pictures contain nothing but computed values.</summary>
    private const string Licence = "Apache-2.0";

    /// <summary>Writes clips of all grades, convex and linear in turn.</summary>
    /// <param name="directory">The output directory; created if it does not exist.</param>
    /// <param name="count">The number of clips; the grades take turns.</param>
    /// <param name="frames">Frames per clip.</param>
    /// <param name="seed">Selects the scenes; the same seed gives the same collection.</param>
    /// <param name="progress">Receives the progress after every frame.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="PhantomException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(
        string directory, int count, int frames, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var index = new StringBuilder("file,dataset,patient,fold,severity,grade,frames,probe,width,height,fps,source,licence\n");
        var random = new SeededRandom(seed);

        // Each clip is a patient of its own, and each fold contains all grades.
        int folds = Math.Clamp(count / Appearance.Grades.Count, 1, MostFolds);
        for (int i = 0; i < count; i++)
        {
            Appearance appearance = Appearance.Grades[i % Appearance.Grades.Count];
            bool linear = i / Appearance.Grades.Count % 2 == 1;
            ScanConverter converter = linear
                ? ScanConverter.Linear(Width, Height, random.Between(0, 0.15f))
                : ScanConverter.Convex(Width, Height, random.Between(0.45f, 0.75f), random.Between(0.2f, 0.4f));
            ulong scene = random.Next();
            var clip = new PhantomClip([new PhantomScene(appearance, scene)], frames, converter, scene);
            string name = $"phantom-{i:D4}.mp4";
            await clip.WriteAsync(Path.Combine(directory, name), progress, cancel);
            index.Append(
                $"{name},{Dataset},{Dataset}-p{i:D4},{1 + i / Appearance.Grades.Count % folds},{appearance.Grade[0]},"
                    + $"{appearance.Grade},{clip.Frames},{(linear ? "linear" : "convex")},{Width},{Height},"
                    + $"{PhantomClip.FramesPerSecond},synthetic,{Licence}\n");
        }

        string file = Path.Combine(directory, "index.csv"), unfinished = file + ".part";
        await File.WriteAllTextAsync(unfinished, index.ToString(), cancel);
        File.Move(unfinished, file, overwrite: true);
    }
}
