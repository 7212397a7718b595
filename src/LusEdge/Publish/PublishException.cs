namespace LusEdge.Publish;

/// <summary>Publishing can't start. A broker that is away is no exception but a state: the publisher waits for it.</summary>
/// <param name="reason">Why, for programs.</param>
/// <param name="message">Why, for people: what is wrong, where, and what to do.</param>
/// <param name="cause">What was thrown below, if anything.</param>
public sealed class PublishException(PublishFailure reason, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Why, for programs.</summary>
    public PublishFailure Reason { get; } = reason;
}
