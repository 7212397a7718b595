namespace LusEdge.Publish.Events;

/// <summary>The event store can't be used. A locked file is a state, not an exception: the store waits for it.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class EventStoreException(string message, Exception inner) : Exception(message, inner);
