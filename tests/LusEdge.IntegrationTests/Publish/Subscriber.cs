using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>A consumer as a site would write it: keeps every message in order, and its session across a broker restart.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private readonly List<Received> _received = [];
    private readonly int _port;
    private readonly string _id = $"test-{Guid.NewGuid():N}";
    private IMqttClient? _client;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Subscriber(int port) => _port = port;

    /// <summary>Every message so far, in the order of arrival.</summary>
    public IReadOnlyList<Received> All
    {
        get
        {
            lock (_lock) return [.. _received];
        }
    }

    public static async Task<Subscriber> ConnectAsync(int port, string filter = "lus/#")
    {
        var subscriber = new Subscriber(port);
        await subscriber.ReconnectAsync(filter);
        return subscriber;
    }

    /// <summary>Connects, or reconnects after a broker restart.</summary>
    public async Task ReconnectAsync(string filter = "lus/#")
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        _client?.Dispose();
        _client = new MqttClientFactory().CreateMqttClient();
        _client.ApplicationMessageReceivedAsync += message =>
        {
            Take(message.ApplicationMessage);
            return Task.CompletedTask;
        };
        await _client.ConnectAsync(
            new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer("127.0.0.1", _port)
                .WithClientId(_id).WithCleanStart(false).WithSessionExpiryInterval(3600).Build(),
            stop);
        await _client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce, stop);
    }

    /// <summary>Messages on a topic, deserialized by the contract.</summary>
    public IReadOnlyList<T> On<T>(string topic, JsonTypeInfo<T> type) =>
    [
        .. All
            .Where(received => received.Topic == topic)
            .Select(received => JsonSerializer.Deserialize(received.Payload, type)!),
    ];

    /// <summary>Waits until the messages so far meet a condition.</summary>
    public async Task WaitAsync(string what, Func<IReadOnlyList<Received>, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            Task changed;
            lock (_lock) changed = _changed.Task;
            if (condition(All)) return;
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                string arrived = string.Join(", ", All.CountBy(received => received.Topic));
                Assert.Fail($"Timed out waiting for {what}. Arrived: {arrived}");
            }
        }
    }

    /// <summary>Waits for a message on a topic.</summary>
    public async Task<T> WaitForAsync<T>(string topic, JsonTypeInfo<T> type, Func<T, bool> condition)
    {
        await WaitAsync($"{typeof(T).Name} on {topic}", _ => On(topic, type).Any(condition));
        return On(topic, type).First(condition);
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Take(MqttApplicationMessage message)
    {
        lock (_lock)
        {
            _received.Add(new Received(message.Topic, message.Payload.ToArray(), message));
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

/// <summary>A message as it arrived.</summary>
internal sealed record Received(string Topic, byte[] Payload, MqttApplicationMessage Message);
