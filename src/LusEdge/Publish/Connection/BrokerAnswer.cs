namespace LusEdge.Publish.Connection;

/// <summary>The broker's answer to an attempt to connect.</summary>
/// <param name="Connection">The connection; null if the broker refuses it.</param>
/// <param name="Refusal">Why it refuses: its reason code, and its own words if it gave any; empty if it does not.</param>
/// <param name="Flaws">What it does not allow.</param>
internal sealed record BrokerAnswer(BrokerConnection? Connection, string Refusal, IReadOnlyList<BrokerFlaw> Flaws);
