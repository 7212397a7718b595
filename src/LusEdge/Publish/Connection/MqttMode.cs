namespace LusEdge.Publish.Connection;

/// <summary>Which broker the results go to.</summary>
public enum MqttMode
{
    /// <summary>The site's broker.</summary>
    External,

    /// <summary>A broker inside this process, bound to loopback: for the demo, the bench and a single cart.</summary>
    Embedded,
}
