using System.Buffers;
using System.Text.Json;
using LusEdge.Contract;
using MQTTnet;

namespace LusEdge.Cli.Demo;

/// <summary>
/// Reads the demo's results back from the broker, as a dashboard would: what the terminal shows has gone the whole way, and so
/// has its latency.
/// </summary>
internal sealed class DemoSubscriber : IDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Topics _topics;
    private readonly TaskCompletionSource _firstReading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _frames;

    private DemoSubscriber(Topics topics)
    {
        _topics = topics;
        _client.ApplicationMessageReceivedAsync += Received;
    }

    /// <summary>Completes with the first graded frame.</summary>
    public Task FirstReading => _firstReading.Task;

    /// <summary>How many frame messages have arrived.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>The newest frame message.</summary>
    public FrameMessage? Frame { get; private set; }

    /// <summary>The newest live message: the smoothed reading.</summary>
    public LiveMessage? Live { get; private set; }

    /// <summary>The newest clip.</summary>
    public ClipMessage? Clip { get; private set; }

    /// <summary>Connects to the embedded broker and subscribes to all topics of the device.</summary>
    public static async Task<DemoSubscriber> ConnectAsync(int port, Topics topics, CancellationToken stop)
    {
        var subscriber = new DemoSubscriber(topics);
        MqttClientOptions options =
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId("lusedge-demo-view").Build();
        await subscriber._client.ConnectAsync(options, stop);
        await subscriber._client.SubscribeAsync(topics.Prefix + "/#", cancellationToken: stop);
        return subscriber;
    }

    /// <summary>Sends no DISCONNECT: the broker is gone by then.</summary>
    public void Dispose() => _client.Dispose();

    private Task Received(MqttApplicationMessageReceivedEventArgs received)
    {
        string topic = received.ApplicationMessage.Topic;
        byte[] payload = received.ApplicationMessage.Payload.ToArray();
        if (topic == _topics.Frame)
        {
            Frame = JsonSerializer.Deserialize(payload, LusEdgeJson.Default.FrameMessage);
            Interlocked.Increment(ref _frames);
            if (Frame!.State == FrameState.Live) _firstReading.TrySetResult();
        }
        else if (topic == _topics.Live)
        {
            Live = JsonSerializer.Deserialize(payload, LusEdgeJson.Default.LiveMessage);
        }
        else if (topic == _topics.Clip)
        {
            Clip = JsonSerializer.Deserialize(payload, LusEdgeJson.Default.ClipMessage);
        }

        return Task.CompletedTask;
    }
}
