using LusEdge.Aggregate;
using LusEdge.Capture;
using LusEdge.Contract;

namespace LusEdge;

/// <summary>
/// START HERE: the journey of a frame, from the decoder to the broker, on one thread.
/// <code>
///   VideoFeed ──► 1 take ──────► 2 preprocess ──► 3 infer ────► 4 aggregate ──► 5 publish ──► IReadingSink
///   (own thread)    │                │               │              │
///                   │ nothing:       │ corrupt,      │ no answer:   │ ood,
///                   │ starting,      │ mode_changed, │ failed       │ low_confidence
///                   │ no_signal      │ black, frozen
/// </code>
/// 0. Before a frame is taken, a model that was activated meanwhile takes over from the present one.<br/>
/// 1. Take leases a pooled picture; the lease ends with the loop's body, and the decoder may then write the picture over.<br/>
/// 2. Preprocess copies it into the model's own input, which holds it until the next frame's copy.<br/>
/// 3. Infer gives a view of the model's own output, valid until its next run.<br/>
/// 4. Aggregate copies that into memory of its own; a reading is a view of it, valid until the next frame.<br/>
/// 5. Publish: the sink copies what is to outlive the call.<br/>
/// Each frame that is taken ends in the ledger exactly once, whatever its state; it has a score only if every stage trusts it.
/// </summary>
public sealed partial class FramePipeline
{
    /// <summary>Blocks until the feed ends, the token is cancelled, or the model fails for good. Runs once, on a started feed.</summary>
    /// <param name="stop">Ends the run after the frame in hand; the clip so far is closed.</param>
    /// <exception cref="Infer.ModelException">The model failed on <see cref="Configuration.HealthOptions.FaultAfterFrames"/> frames in a row.</exception>
    public void Run(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // :: Step 0: Between two frames, a model that was activated meanwhile takes over. The clip in progress ends under the old one.
                TakeOverWaitingModel();

                // :: Step 1: Take a frame. A live feed gives its newest, a file its next; without one, say so, and never repeat the last score.
                TakeResult taken = _feed.Take(Patience, out CapturedFrame? frame);
                if (taken == TakeResult.Ended) break;
                if (frame is null)
                {
                    TellSilence();
                    continue;
                }

                using (frame)
                {
                    NoteArrival(frame);

                    // :: Step 2: Preprocess. The picture goes into the model's input, and is judged on the way.
                    Span<byte> picture = _model.InputFor(_preprocessor.Width, _preprocessor.Height);
                    FrameState pictureState = _preprocessor.Fill(frame, picture, _blackMean);
                    if (pictureState == FrameState.Live && IsFrozen(picture)) pictureState = FrameState.Frozen;

                    // :: Step 3: Infer, if the picture can be trusted (or the user wants a best guess from whatever there is).
                    bool ask = pictureState == FrameState.Live || (_aggregator.WantsEveryFrame && _preprocessor.Filled);
                    float? quality = null;
                    ReadOnlySpan<float> p = ask ? _model.Run(out quality) : [];

                    // :: Step 4: Aggregate. Time is passed in, so that the same video always gives the same readings.
                    ClipSummary? ended = _aggregator.ClipEndsBefore(frame.StartsClip, _feedTime) ? _aggregator.CloseClip() : null;
                    FrameReading reading = _aggregator.Add(frame.Number, frame.Pts, frame.CapturedAt, _feedTime, pictureState, p, quality) with
                    {
                        Latency = _time.GetElapsedTime(frame.Timestamp),
                    };

                    // :: Step 5: Publish. The frame first, because handing it over waits for nothing; a clip is on disk when its call returns.
                    _meter.Ledger.Completed(reading.State);
                    _meter.Latency.Add(reading.Latency);
                    _sink.Frame(in reading);
                    if (ended is not null) _sink.Clip(ended);
                    ThrowIfModelFaulted(in reading);
                }
            }
        }
        finally
        {
            // However the run ends, what was graded so far is a clip, and is kept.
            PublishClip();
        }
    }
}
