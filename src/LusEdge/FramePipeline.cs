using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Contract;

namespace LusEdge;

/// <summary>
/// START HERE: the journey of a frame, from the decoder to the broker, on one thread.
/// <code>
///              a lease on a pooled picture          the model's own input buffer
///                          |                                    |
///   VideoFeed ──► 1 take ──┴─► 2 preprocess ──► 3 infer ────────┴─► 4 aggregate ──► 5 publish ──► IReadingSink
///   (own thread)     |             |                |                    |               |
///                 nothing:      corrupt,         no answer:           low              the frame's reading;
///                 starting,     mode_changed,    failed               confidence       a clip, when one is complete
///                 no_signal     black
/// </code>
/// Each frame that is taken ends in the ledger exactly once, whatever its state; each has a score only if every stage trusts it.
/// </summary>
public sealed partial class FramePipeline
{
    /// <summary>Runs until the feed ends, the token is cancelled, or the model fails for good.</summary>
    /// <param name="stop">Ends the run after the frame in hand; the clip so far is closed.</param>
    /// <exception cref="Infer.ModelException">The model failed on <see cref="Configuration.HealthOptions.FaultAfterFrames"/> frames in a row.</exception>
    public void Run(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // :: Step 1: Take a frame. A live feed gives its newest, a file its next; without one, say so, and never repeat the last score.
                TakeResult taken = _feed.Take(Patience, out CapturedFrame? frame);
                if (taken == TakeResult.Ended) break;
                if (taken == TakeResult.Nothing)
                {
                    TellSilence();
                    continue;
                }

                // The lease goes back at the end of the block, and the decoder may write the picture over.
                using (frame)
                {
                    NoteArrival(frame!);

                    // :: Step 2: Preprocess. The picture goes into the model's input, and is judged on the way.
                    FrameState picture = _preprocessor.Fill(frame!, _model.InputFor(_preprocessor.Width, _preprocessor.Height), _blackMean);

                    // :: Step 3: Infer, if the picture can be trusted (or the user wants a best guess from whatever there is).
                    bool ask = picture == FrameState.Live || (_aggregator.WantsEveryFrame && _preprocessor.Filled);
                    ReadOnlySpan<float> p = ask ? _model.Run() : [];

                    // :: Step 4: Aggregate. Time is passed in, so that the same video always gives the same readings.
                    TimeSpan at = FeedTimeOf(frame!);
                    if (_aggregator.ClipEndsBefore(frame!.StartsClip, at)) PublishClip();
                    FrameReading reading = _aggregator.Add(frame.Number, frame.Pts, frame.CapturedAt, at, picture, p) with
                    {
                        Latency = _time.GetElapsedTime(frame.Timestamp),
                    };

                    // :: Step 5: Publish. Telemetry is handed over without waiting; a clip is on disk when its call returns.
                    _meter.Ledger.Completed(reading.State);
                    _meter.Latency.Add(reading.Latency);
                    _sink.Frame(in reading);
                    CountFailures(reading.State);
                }
            }
        }
        finally
        {
            PublishClip();
        }
    }
}
