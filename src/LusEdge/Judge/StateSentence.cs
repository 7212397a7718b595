using LusEdge.Contract;

namespace LusEdge.Judge;

/// <summary>A signal's state as a sentence for people. docs/states.md explains every state.</summary>
public static class StateSentence
{
    /// <summary>For instance "The picture is black."</summary>
    public static string Of(FrameState state) => state switch
    {
        FrameState.Starting => "Waiting for the first picture.",
        FrameState.Live => "Grading.",
        FrameState.NoSignal => "No picture is coming.",
        FrameState.Frozen => "The picture is frozen.",
        FrameState.Black => "The picture is black.",
        FrameState.Ood => "The picture is unlike those that the model was trained on.",
        FrameState.LowConfidence => "The model is not confident enough.",
        FrameState.ModeChanged => "The picture size has changed.",
        FrameState.Corrupt => "The picture is damaged.",
        FrameState.Stale => "Grading is too slow.",
        _ => "The model failed on this frame.",
    };
}
