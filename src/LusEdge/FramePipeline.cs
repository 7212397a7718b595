using LusEdge.Aggregate;
using LusEdge.Capture.Frames;
using LusEdge.Contract;
using LusEdge.Inbox;
using LusEdge.Judge;
using LusEdge.Preprocess;

namespace LusEdge;

/// <summary>
/// START HERE: the journey of a frame, from the decoder to the listeners, on one thread.
/// <code>
///                  facts            facts           state            reading
///   VideoFeed ─► 2 preprocess ──► 3 infer ──────► 4 judge ────────► 5 aggregate ──► 6 results ──► MQTT, ...
///   (own thread)    │                │               │                                (a queue each)
///                   │ can't be       │ no answer:    │ stale, ood,
///                   │ graded:        │ failed        │ low_confidence,
///                   │ corrupt, ...   │               │ live
/// </code>
/// 0. Commands from the inbox run between two frames: another model, a zone, a cut.<br/>
/// 1. Take leases a pooled picture. The lease ends with the loop's body; then the decoder can overwrite the picture.<br/>
/// 2. Preprocess copies it into the model's input and reports what it shows.<br/>
/// 3. Infer returns a view of the model's output, valid until its next run.<br/>
/// 4. Judge turns facts into the state of the frame and of the signal. Only a <c>live</c> frame gets a score.<br/>
/// 5. Aggregate copies the probabilities; a reading is a view of its memory, valid until the next frame.<br/>
/// 6. Results are copied into each listener's queue. No step waits for the network or the disk.<br/>
/// The ledger counts every frame taken exactly once, whatever its state. If no frame comes, or this loop hangs,
/// <see cref="SignalAnnouncer"/> says so on another thread.
/// </summary>
public sealed partial class FramePipeline
{
    /// <summary>
    /// Blocks until the feed ends, the token is cancelled or the model fails for good. Runs once, on a started feed.
    /// </summary>
    /// <param name="stop">Ends the run after the current frame; the clip in progress is closed.</param>
    /// <exception cref="Infer.ModelException">The model failed on <see cref="Configuration.HealthOptions.FaultAfterFrames"/>
    /// frames in a row.</exception>
    public void Run(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // :: Step 0: Execute commands. Each one ends the clip in progress.
                while (_inbox.TryTake(out PipelineCommand? command)) Execute(command);

                // :: Step 1: Take a frame. A live feed gives its newest frame, a recording its next.
                _meter.Progress.BeginWait();
                TakeResult taken = _feed.Take(TakeTimeout, out CapturedFrame? frame);
                _meter.Progress.BeginWork();
                if (taken == TakeResult.Ended) break;
                if (frame is null)
                {
                    CloseClipIfDue();
                    continue;
                }

                using (frame)
                {
                    RecordArrival(frame);

                    // :: Step 2: Preprocess. Copy the picture into the model's input, and measure it on the way.
                    Span<byte> input = _model.InputFor(_preprocessor.Width, _preprocessor.Height);
                    PictureFacts picture = _preprocessor.Fill(frame, input);

                    // :: Step 3: Infer, if the picture can be graded (or the user wants a best guess from any picture).
                    FrameState state = JudgePicture(picture, input, IsTooOld(frame));
                    bool runModel = state == FrameState.Live || (_aggregator.WantsEveryFrame && _preprocessor.HoldsPicture);
                    float? quality = null;
                    ReadOnlySpan<float> p = runModel ? _model.Run(out quality) : [];

                    // :: Step 4: Judge.
                    if (state == FrameState.Live) state = _judge.OfAnswer(p, quality, IsTooOld(frame));
                    _signal = SignalJudge.Debounce(_signal, state, _feedTime);

                    // :: Step 5: Aggregate. Time is passed in, so that the same video always gives the same readings.
                    ClipSummary? ended = _aggregator.ClipEndsBefore(frame.StartsClip, _feedTime) ? _aggregator.CloseClip() : null;
                    FrameReading reading = _aggregator.Add(
                        frame.Number, frame.Pts, frame.CapturedAt, _feedTime, state, p, quality) with
                    {
                        Signal = _signal.State,
                        Timestamp = frame.Timestamp,
                        MaxAge = MaxAge,
                        Latency = _time.GetElapsedTime(frame.Timestamp),
                    };

                    // :: Step 6: Results.
                    _meter.Ledger.Completed(state);
                    _meter.Progress.RecordState(_signal.State);
                    _meter.Latency.Add(reading.Latency);
                    if (ended is not null) _sink.Clip(ended);
                    _sink.Frame(in reading);
                    ThrowIfModelFaulted(state);
                }
            }
        }
        finally
        {
            // However the run ends, the frames graded so far are kept as a clip.
            CloseClip();
        }
    }
}
