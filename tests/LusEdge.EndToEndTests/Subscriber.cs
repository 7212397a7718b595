using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace LusEdge.EndToEndTests;

/// <summary>A message as a subscriber receives it.</summary>
internal sealed record Received(string Topic, string Payload, bool Retained)
{
    /// <summary>The last part of the topic, for instance <c>frame</c> or <c>clip</c>.</summary>
    public string Name => Topic[(Topic.LastIndexOf('/') + 1)..];

    /// <summary>The payload.</summary>
    public JsonElement Json { get; } = JsonDocument.Parse(Payload).RootElement;

    /// <summary>The schema that the message claims to follow.</summary>
    public required string? Schema { get; init; }
}

/// <summary>Subscribes to everything, as a ward's dashboard would.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    /// <summary>Many times what the slowest message takes on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    /// <summary>All messages, in the order of arrival.</summary>
    public ConcurrentQueue<Received> Messages { get; } = new();

    public static async Task<Subscriber> ConnectAsync(int port)
    {
        var subscriber = new Subscriber();
        CancellationToken stop = TestContext.Current.CancellationToken;
        subscriber._client.ApplicationMessageReceivedAsync += received =>
        {
            MqttApplicationMessage message = received.ApplicationMessage;
            string payload = System.Text.Encoding.UTF8.GetString(message.Payload.ToArray());
            subscriber.Messages.Enqueue(new Received(message.Topic, payload, message.Retain)
            {
                Schema = message.UserProperties?.FirstOrDefault(p => p.Name == "schema")?.ReadValueAsString(),
            });
            return Task.CompletedTask;
        };
        MqttClientOptions options =
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V500).Build();
        await subscriber._client.ConnectAsync(options, stop);
        await subscriber._client.SubscribeAsync("lus/#", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce, stop);
        return subscriber;
    }

    /// <summary>Waits for a message. A missing one fails its test instead of stalling the whole run.</summary>
    public async Task<Received> UntilAsync(Func<Received, bool> isIt, [CallerArgumentExpression(nameof(isIt))] string what = "")
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Messages.FirstOrDefault(isIt) is { } it) return it;
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                string names = string.Join(", ", Messages.CountBy(message => message.Name));
                Assert.Fail($"no message within {Patience.TotalSeconds} s matched {what}; there were {names}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends no DISCONNECT: the broker may already be gone.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
