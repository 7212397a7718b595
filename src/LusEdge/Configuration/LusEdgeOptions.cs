using LusEdge.Aggregate;
using LusEdge.Capture.Source;
using LusEdge.Models;
using LusEdge.Preprocess;
using LusEdge.Publish.Connection;

namespace LusEdge.Configuration;

/// <summary>The whole configuration: a section a stage. docs/configuration.md lists every key.</summary>
public sealed record LusEdgeOptions
{
    /// <summary>Which box this is.</summary>
    public DeviceOptions Device { get; init; } = new();

    /// <summary>Where the video comes from.</summary>
    public required CaptureOptions Capture { get; init; }

    /// <summary>What is done to a picture before it is graded.</summary>
    public PreprocessOptions Preprocess { get; init; } = new();

    /// <summary>Which model grades, and on what.</summary>
    public ModelOptions Infer { get; init; } = new();

    /// <summary>How frames become readings and clips.</summary>
    public AggregateOptions Aggregate { get; init; } = new();

    /// <summary>Where the results go.</summary>
    public MqttOptions Mqtt { get; init; } = new();

    /// <summary>When a fault is too much.</summary>
    public HealthOptions Health { get; init; } = new();
}
