using System.Runtime.ExceptionServices;
using LusEdge.Capture;
using LusEdge.Contract;
using LusEdge.Metering;
using LusEdge.Preprocess;
using LusEdge.Signal;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Clips;

/// <summary>Frames of a clip as the appliance would see them: its own Capture decodes, crops and makes gray, its own Preprocess fills the input.</summary>
internal static class ClipFrames
{
    /// <summary>A picture whose mean gray is below this is black: a sector picture is never so dark, a picture without a signal is.</summary>
    public const float BlackMean = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Counts the frames that a clip decodes to.</summary>
    /// <param name="file">The clip.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static int Count(string file, CancellationToken cancel)
    {
        using var feed = new VideoFeed(new CaptureOptions { Source = file }, new FrameLedger(), TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        feed.Start();
        int count = 0;
        while (feed.Take(Patience, out CapturedFrame? frame) is var taken and not TakeResult.Ended)
        {
            cancel.ThrowIfCancellationRequested();
            if (taken == TakeResult.Nothing) continue;
            using (frame) count = (int)frame!.Number + 1;
        }

        return count;
    }

    /// <summary>Some frames, evenly spread over the clip. Where one is black or damaged, the next good one takes its place.</summary>
    /// <param name="directory">The index's directory.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="count">How many; a shorter clip gives what it has.</param>
    /// <param name="blackMean">A picture whose mean gray is below this is black.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>Each frame's number and gray pixels; the array is used for one frame only.</returns>
    /// <exception cref="TrainingException">The file is missing, or holds no frame that can be used.</exception>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static IReadOnlyList<GrayFrame> Read(string directory, LabelledClip clip, int count, float blackMean, CancellationToken cancel)
    {
        string file = Path.Combine(directory, clip.File);
        if (!File.Exists(file))
        {
            throw new TrainingException(
                TrainingFailure.NotFound, $"{file}: there is no such clip (row {clip.Row} of the index); put it there or remove the row.");
        }

        count = Math.Min(count, clip.Frames);

        // The middle of each of the clip's equal parts.
        IReadOnlyList<GrayFrame> frames = Read(
            new CaptureOptions { Source = file, Sector = clip.Sector }, count, (number, taken) => number >= (2L * taken + 1) * clip.Frames / (2 * count), blackMean, cancel);
        return frames.Count > 0
            ? frames
            : throw new TrainingException(
                TrainingFailure.BadIndex, $"{file}: no frame of it can be used, all are black or damaged (row {clip.Row} of the index); remove the row.");
    }

    /// <summary>Some frames of any source. Where one is black or damaged, the next good one takes its place.</summary>
    /// <param name="source">A file, and what of its picture is wanted.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="isWanted">Is asked with a frame's number and the number of frames that were taken before it.</param>
    /// <param name="blackMean">A picture whose mean gray is below this is black.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static IReadOnlyList<GrayFrame> Read(CaptureOptions source, int most, Func<long, int, bool> isWanted, float blackMean, CancellationToken cancel)
    {
        var ledger = new FrameLedger();
        using var feed = new VideoFeed(source, ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        var preprocessor = new Preprocessor(new PreprocessOptions(), feed.Description!);
        var judge = new SignalJudge(new SignalThresholds(blackMean, null, 0, 0));
        var frames = new List<GrayFrame>();
        byte[]? pixels = null;
        feed.Start();
        while (frames.Count < most && feed.Take(Patience, out CapturedFrame? frame) is var taken and not TakeResult.Ended)
        {
            cancel.ThrowIfCancellationRequested();
            if (taken == TakeResult.Nothing) continue;
            using (frame)
            {
                if (!isWanted(frame!.Number, frames.Count)) continue;
                pixels ??= new byte[preprocessor.Width * preprocessor.Height];
                if (judge.OfPicture(preprocessor.Fill(frame, pixels), TimeSpan.Zero, FrameState.Live) != FrameState.Live) continue;
                frames.Add(new GrayFrame((int)frame.Number, preprocessor.Width, preprocessor.Height, pixels));
                pixels = null;
            }
        }

        return frames;
    }

    /// <summary>Does something with every clip, a clip a thread: each picture by itself is too small a task to share.</summary>
    public static void ForEach(IReadOnlyList<LabelledClip> clips, int threads, Action<LabelledClip> body, CancellationToken cancel)
    {
        try
        {
            Parallel.ForEach(clips, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel }, body);
        }
        catch (AggregateException e)
        {
            // One clip is enough to be told about.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}

/// <summary>A decoded picture.</summary>
/// <param name="Number">The frame's number in its file, from 0.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Pixels">Gray 0-255, row by row.</param>
internal sealed record GrayFrame(int Number, int Width, int Height, byte[] Pixels);
