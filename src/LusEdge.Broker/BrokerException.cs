namespace LusEdge.Broker;

/// <summary>The embedded broker can't start.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="inner">The cause, if any.</param>
public sealed class BrokerException(string message, Exception? inner = null) : Exception(message, inner);
