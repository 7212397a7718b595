namespace LusEdge.Publish;

/// <summary>Why publishing can't start.</summary>
public enum PublishFailure
{
    /// <summary>The embedded broker finds no free port.</summary>
    NoFreePort,

    /// <summary>The events database can't be opened.</summary>
    EventStore,
}
