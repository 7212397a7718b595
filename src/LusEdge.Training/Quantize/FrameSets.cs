using LusEdge.Training.Clips;

namespace LusEdge.Training.Quantize;

/// <summary>Pictures for calibration, and other pictures for the comparison. They are decoded on demand.</summary>
/// <param name="Calibration">The pictures for calibration.</param>
/// <param name="CalibrationFrames">Their maximum number.</param>
/// <param name="HeldOut">The pictures for the comparison.</param>
/// <param name="HeldOutFrames">Their maximum number.</param>
/// <param name="Words">A sentence about both, for the card.</param>
internal sealed record FrameSets(
    IEnumerable<GrayFrame> Calibration,
    int CalibrationFrames,
    IEnumerable<LabelledFrame> HeldOut,
    int HeldOutFrames,
    string Words)
{
    /// <summary>Pictures that show no lung, for testing the gate; none by default.</summary>
    public IEnumerable<GrayFrame> Foreign { get; init; } = [];

    /// <summary>One of this many patients or files is used for calibration.</summary>
    private const int Share = 4;

    private const int HeldOutFramesPerClip = 8;

    /// <summary>Uses the clips of an index. No patient is in both sets.</summary>
    /// <param name="index">The index's path.</param>
    /// <param name="frames">The approximate number of frames for calibration.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is skipped.</param>
    /// <param name="classOf">The class of a clip's label.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">The index can't be used, or has only one patient.</exception>
    public static FrameSets OfIndex(
        string index, int frames, float blackMean, Func<LabelledClip, int> classOf, CancellationToken cancel)
    {
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(index);
        string root = Path.GetDirectoryName(Path.GetFullPath(index))!;
        string[] patients = [.. clips.Select(clip => clip.Patient).Distinct()];
        HashSet<string> calibrating = [.. patients.Where((_, i) => i % Share == 0)];
        ILookup<bool, LabelledClip> sets = clips.ToLookup(clip => calibrating.Contains(clip.Patient));
        return Of(
            [.. sets[true]],
            [.. sets[false]],
            frames,
            (clip, count) => ClipFrames.Read(root, clip, count, blackMean, cancel),
            clip => classOf(clip),
            index,
            "patient",
            $"{calibrating.Count} of {patients.Length} patients were used for calibration, the others for this comparison.");
    }

    /// <summary>Uses the pictures and clips of a folder. No file is in both sets.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="frames">The approximate number of frames for calibration.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is skipped.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="TrainingException">The folder does not exist, or has fewer than two pictures.</exception>
    public static FrameSets OfPictures(string folder, int frames, float blackMean, CancellationToken cancel)
    {
        IReadOnlyList<string> files = PictureFolder.Files(folder);
        ILookup<bool, string> sets = files.Index().ToLookup(pair => pair.Index % Share == 0, pair => pair.Item);
        return Of(
            [.. sets[true]],
            [.. sets[false]],
            frames,
            (file, count) => PictureFolder.Read(file, count, blackMean, cancel),
            _ => null,
            folder,
            "file",
            $"{sets[true].Count()} of {files.Count} files were used for calibration, the others for this comparison.");
    }

    private static FrameSets Of<T>(
        T[] calibrating,
        T[] others,
        int frames,
        Func<T, int, IReadOnlyList<GrayFrame>> read,
        Func<T, int?> label,
        string source,
        string unit,
        string words)
    {
        if (others.Length == 0)
        {
            throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{source}: it has only one {unit}; give at least two, one for calibration and one for the comparison.");
        }

        int each = (frames + calibrating.Length - 1) / calibrating.Length;
        return new FrameSets(
            calibrating.SelectMany(one => read(one, each)).Take(frames),
            Math.Min(frames, each * calibrating.Length),
            others.SelectMany(one => read(one, HeldOutFramesPerClip).Select(frame => new LabelledFrame(frame, label(one)))),
            others.Length * HeldOutFramesPerClip,
            words);
    }
}
