using System.Runtime.ExceptionServices;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.Judge;
using LusEdge.Metering;
using LusEdge.Preprocess;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Clips;

/// <summary>
/// Frames of a clip as the appliance sees them. Its own Capture decodes, crops and converts to gray, and its own Preprocess fills
/// the model's input.
/// </summary>
internal static class ClipFrames
{
    /// <summary>
    /// A picture with a lower mean gray level is black. A sector picture is never that dark; a picture without a signal is.
    /// </summary>
    public const float BlackMean = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Counts a clip's frames by decoding it.</summary>
    /// <param name="file">The clip.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static int Count(string file, CancellationToken cancel)
    {
        using var feed = new VideoFeed(
            new CaptureOptions { Source = file }, new FrameLedger(), TimeProvider.System, NullLogger<VideoFeed>.Instance);
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

    /// <summary>
    /// Reads frames that are spread evenly over a clip. A black or damaged frame is replaced by the next good one.
    /// </summary>
    /// <param name="directory">The directory of the index.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="count">The number of frames; a shorter clip gives as many as it has.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is black.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <returns>Each frame's number and gray pixels, each frame in its own array.</returns>
    /// <exception cref="TrainingException">The file is missing, or has no usable frame.</exception>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static IReadOnlyList<GrayFrame> Read(
        string directory, LabelledClip clip, int count, float blackMean, CancellationToken cancel)
    {
        string file = Path.Combine(directory, clip.File);
        if (!File.Exists(file))
        {
            throw new TrainingException(
                TrainingFailure.NotFound,
                $"{file}: the clip does not exist (row {clip.Row} of the index); put it there or remove the row.");
        }

        count = Math.Min(count, clip.Frames);

        // The middle of each of the clip's equal parts.
        IReadOnlyList<GrayFrame> frames = Read(
            new CaptureOptions { Source = file, Sector = clip.Sector }, count,
            (number, taken) => number >= (2L * taken + 1) * clip.Frames / (2 * count), blackMean, cancel);
        return frames.Count > 0
            ? frames
            : throw new TrainingException(
                TrainingFailure.BadIndex,
                $"{file}: it has no usable frame, all are black or damaged (row {clip.Row} of the index); remove the row.");
    }

    /// <summary>Reads frames of any source. A black or damaged frame is replaced by the next good one.</summary>
    /// <param name="source">A file, and the part of its picture to use.</param>
    /// <param name="most">The maximum number of frames.</param>
    /// <param name="isWanted">Decides on a frame, given its number and the number of frames taken so far.</param>
    /// <param name="blackMean">A picture with a lower mean gray level is black.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="CaptureException">It can't be decoded.</exception>
    public static IReadOnlyList<GrayFrame> Read(
        CaptureOptions source, int most, Func<long, int, bool> isWanted, float blackMean, CancellationToken cancel)
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
                if (judge.OfPicture(preprocessor.Fill(frame, pixels), isTooOld: false) != FrameState.Live) continue;
                frames.Add(new GrayFrame((int)frame.Number, preprocessor.Width, preprocessor.Height, pixels));
                pixels = null;
            }
        }

        return frames;
    }

    /// <summary>
    /// Processes every clip, one clip per thread. A single picture is too small a task to be worth sharing between threads.
    /// </summary>
    public static void ForEach(
        IReadOnlyList<LabelledClip> clips, int threads, Action<LabelledClip> body, CancellationToken cancel)
    {
        try
        {
            Parallel.ForEach(clips, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel }, body);
        }
        catch (AggregateException e)
        {
            // The first failure is enough for the message.
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
