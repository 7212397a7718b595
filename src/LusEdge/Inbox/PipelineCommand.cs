using LusEdge.Infer;

namespace LusEdge.Inbox;

/// <summary>A command that the running pipeline executes between two frames.</summary>
public abstract record PipelineCommand
{
    private PipelineCommand()
    {
    }

    /// <summary>
    /// Another model takes over. The clip in progress ends under the old one, which the pipeline then disposes.
    /// </summary>
    /// <param name="Model">Loaded and checked. The inbox owns it until the pipeline takes it.</param>
    public sealed record SwapModel(SeverityModel Model) : PipelineCommand;

    /// <summary>The scan of a chest zone begins. The clip in progress ends, and the following clips carry the zone.</summary>
    /// <param name="Zone">Its explicit name, for instance <c>right-anterior-upper</c>. Never a person's.</param>
    public sealed record BeginZone(string Zone) : PipelineCommand;

    /// <summary>The scan of the zone is over. The clip in progress ends, and the following clips carry no zone.</summary>
    public sealed record EndZone : PipelineCommand;

    /// <summary>The clip in progress ends, and the next frame starts another.</summary>
    public sealed record CutClip : PipelineCommand;
}
