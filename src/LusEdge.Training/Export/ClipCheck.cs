using System.Text.Json;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.Infer;
using LusEdge.Judge;
using LusEdge.Metering;
using LusEdge.Preprocess;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Phantom;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Training.Export;

/// <summary>
/// Grades a phantom walk with an exported file on the appliance's own path: Capture decodes, Preprocess fills the input, Infer
/// runs the model. It reveals what the figures of the training can't show, such as the losses of a codec or a mistake in the
/// export.
/// </summary>
internal static class ClipCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Grades every frame.</summary>
    /// <param name="model">The exported model.</param>
    /// <param name="clip">The file of the walk; its sidecar must be next to it.</param>
    /// <param name="progress">Receives the progress after every frame.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="CaptureException">The clip can't be decoded.</exception>
    /// <exception cref="TrainingException">The sidecar is missing, or does not match the clip.</exception>
    public static Evaluation Run(SeverityModel model, string clip, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        PhantomSidecar sidecar = LoadSidecar(Path.ChangeExtension(clip, ".json"));
        var ledger = new FrameLedger();
        using var feed =
            new VideoFeed(new CaptureOptions { Source = clip }, ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        var preprocessor = new Preprocessor(new PreprocessOptions(), feed.Description!);
        var judge = new SignalJudge(SignalThresholds.Of(model.Description.Gate));
        var probabilities = new List<float[]>();
        var labels = new List<int>();
        feed.Start();
        while (feed.Take(Patience, out CapturedFrame? frame) is var taken and not TakeResult.Ended)
        {
            cancel.ThrowIfCancellationRequested();
            if (taken == TakeResult.Nothing) continue;
            using (frame)
            {
                Span<byte> input = model.InputFor(preprocessor.Width, preprocessor.Height);
                FrameState state = judge.OfPicture(preprocessor.Fill(frame!, input), isTooOld: false);
                ledger.Completed(state);
                if (state != FrameState.Live || sidecar.Steps.FirstOrDefault(
                    step => frame!.Number >= step.From && frame.Number <= step.To) is not { } shown)
                {
                    throw new TrainingException(
                        TrainingFailure.Unreadable,
                        $"{clip}: frame {frame!.Number} is {state} or not in the sidecar; "
                            + "write both again with `lusedge-train phantom`.");
                }

                probabilities.Add(model.Run().ToArray());
                labels.Add(model.InUse.Scheme.Grades.ToList().IndexOf(shown.Grade));
                progress.Report(new WorkProgress("checking", probabilities.Count, sidecar.Frames));
            }
        }

        return labels.Count == sidecar.Frames
            ? Evaluation.Of(probabilities, labels)
            : throw new TrainingException(
                TrainingFailure.Unreadable,
                $"{clip}: it has {labels.Count} frames, but its sidecar says {sidecar.Frames}; "
                    + "write both again with `lusedge-train phantom`.");
    }

    private static PhantomSidecar LoadSidecar(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), PhantomJson.Default.PhantomSidecar)
                ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TrainingException(TrainingFailure.Unreadable,
                $"{file}: can't be read: {e.Message} Write clip and sidecar again with `lusedge-train phantom`.", e);
        }
    }
}
