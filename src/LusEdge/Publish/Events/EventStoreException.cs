namespace LusEdge.Publish.Events;

/// <summary>The store of events can't be used. A file that another process holds is no exception but a state: the store waits for it.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="inner">What was thrown below.</param>
public sealed class EventStoreException(string message, Exception inner) : Exception(message, inner);
