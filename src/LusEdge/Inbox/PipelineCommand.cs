using LusEdge.Infer;

namespace LusEdge.Inbox;

/// <summary>Something that the running pipeline is asked to do between two frames.</summary>
public abstract record PipelineCommand
{
    private PipelineCommand()
    {
    }

    /// <summary>Another model takes over. The clip in progress ends under the old one, which the pipeline then disposes.</summary>
    /// <param name="Model">Loaded and checked. Belongs to the inbox until the pipeline takes it.</param>
    public sealed record SwapModel(SeverityModel Model) : PipelineCommand;

    /// <summary>A zone of the chest is being scanned from now on. The clip in progress ends, and those that follow carry the zone.</summary>
    /// <param name="Zone">Its explicit name, for instance <c>right-anterior-upper</c>. Never a person's.</param>
    public sealed record BeginZone(string Zone) : PipelineCommand;

    /// <summary>The scan of the zone is over: the clip in progress ends, and those that follow carry no zone.</summary>
    public sealed record EndZone : PipelineCommand;

    /// <summary>The clip in progress ends here, and the next frame starts another.</summary>
    public sealed record CutClip : PipelineCommand;
}
