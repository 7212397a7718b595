using System.Security.Cryptography;
using System.Text;
using LusEdge.Contract;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>
/// Who may do what. The service proves itself by a password that this process makes up at each start and never writes down. All
/// others are guests: they may read everything, send commands and use other topics, within the limits.
/// </summary>
internal sealed class AccessRules
{
    private static readonly object Key = new();
    private readonly MqttServer _server;
    private readonly BrokerEndpoint _endpoint;
    private readonly Topics? _device;
    private readonly byte[] _password;
    private readonly BrokerLimits _limits;
    private readonly Refusals _refusals;
    private readonly Dictionary<string, long> _retained = [];

    /// <summary>Adds the rules to a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="endpoint">Its connections.</param>
    /// <param name="device">The service's topics, and its client id; null if it belongs to nobody.</param>
    /// <param name="password">What the service proves itself by.</param>
    /// <param name="limits">What guests may do.</param>
    /// <param name="refusals">Counts what they may not.</param>
    public AccessRules(
        MqttServer server, BrokerEndpoint endpoint, Topics? device, string password, BrokerLimits limits, Refusals refusals)
    {
        (_server, _endpoint, _device, _limits, _refusals) = (server, endpoint, device, limits, refusals);
        _password = Encoding.UTF8.GetBytes(password);
        server.ValidatingConnectionAsync += Done<ValidatingConnectionEventArgs>(Connecting);
        server.InterceptingPublishAsync += Done<InterceptingPublishEventArgs>(Publishing);
        server.InterceptingSubscriptionAsync += Done<InterceptingSubscriptionEventArgs>(Subscribing);
        server.ClientUnsubscribedTopicAsync += Done<ClientUnsubscribedTopicEventArgs>(
            unsubscribed => Of(unsubscribed.SessionItems).Filters.Remove(unsubscribed.TopicFilter));
        server.QueuedApplicationMessageOverwrittenAsync += OverwrittenAsync;
    }

    private static Func<T, Task> Done<T>(Action<T> act) => args =>
    {
        act(args);
        return Task.CompletedTask;
    };

    private static ClientChannel Of(System.Collections.IDictionary session) => (ClientChannel)session[Key]!;

    private void Connecting(ValidatingConnectionEventArgs connecting)
    {
        var channel = (ClientChannel)connecting.ChannelAdapter;
        connecting.SessionItems[Key] = channel;
        if (string.IsNullOrEmpty(connecting.ClientId)) connecting.AssignedClientIdentifier = BrokerEndpoint.NewId();
        if (_device is not null && connecting.ClientId == _device.Device)
        {
            channel.IsService = CryptographicOperations.FixedTimeEquals(connecting.RawPassword ?? [], _password);
            if (!channel.IsService)
            {
                Refuse(connecting, Refusal.ServiceId, MqttConnectReasonCode.NotAuthorized);
                return;
            }
        }

        if (!_endpoint.Admit(channel)) Refuse(connecting, Refusal.TooManyClients, MqttConnectReasonCode.ServerUnavailable);
    }

    // A will comes here too.
    private void Publishing(InterceptingPublishEventArgs publishing)
    {
        if (Of(publishing.SessionItems).IsService) return;
        MqttApplicationMessage message = publishing.ApplicationMessage;
        if (IsDevices(message.Topic)) Refuse(publishing, Refusal.DeviceTopic, MqttPubAckReasonCode.NotAuthorized);
        else if (message.Retain && !Keep(message)) Refuse(publishing, Refusal.RetainedFull, MqttPubAckReasonCode.QuotaExceeded);
    }

    private void Subscribing(InterceptingSubscriptionEventArgs subscribing)
    {
        ClientChannel channel = Of(subscribing.SessionItems);
        string filter = subscribing.TopicFilter.Topic;
        if (channel.Filters.Contains(filter)) return;
        if (channel.Filters.Count < _limits.MaxSubscriptions)
        {
            channel.Filters.Add(filter);
            return;
        }

        _refusals.Count(Refusal.TooManySubscriptions);
        subscribing.ProcessSubscription = false;
        // The only refusal that MQTT 3.1.1 knows.
        subscribing.Response.ReasonCode = MqttSubscribeReasonCode.UnspecifiedError;
    }

    private async Task OverwrittenAsync(QueueMessageOverwrittenEventArgs overwritten)
    {
        if (overwritten.Packet is not MQTTnet.Packets.MqttPublishPacket
            { QualityOfServiceLevel: > MqttQualityOfServiceLevel.AtMostOnce }) return;
        _refusals.Count(Refusal.TooSlow);
        try
        {
            // For this reason, the server sends no DISCONNECT, which the client would not read.
            await _server.DisconnectClientAsync(overwritten.ReceiverClientId, MqttDisconnectReasonCode.NormalDisconnection)
                .ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It has gone already.
        }
    }

    /// <summary>Whether only the service may publish there: everywhere below the device's prefix, except commands.</summary>
    private bool IsDevices(string topic) => _device is { Prefix: var prefix }
        && topic.StartsWith(prefix, StringComparison.Ordinal)
        && (topic.Length == prefix.Length || topic[prefix.Length] == '/')
        && !topic.AsSpan(prefix.Length).StartsWith("/cmd/", StringComparison.Ordinal);

    /// <summary>Accounts for a retained message of a guest.</summary>
    /// <returns>False if there is no room for it.</returns>
    private bool Keep(MqttApplicationMessage message)
    {
        lock (_retained)
        {
            if (message.Payload.IsEmpty)
            {
                _retained.Remove(message.Topic);
                return true;
            }

            _retained.TryGetValue(message.Topic, out long before);
            // The larger one counts, because the library keeps the older one if only properties differ.
            long size = Math.Max(before, SizeOf(message));
            if (before == 0 && _retained.Count >= _limits.MaxRetained) return false;
            if (_retained.Values.Sum() - before + size > _limits.MaxRetainedBytes) return false;
            _retained[message.Topic] = size;
            return true;
        }
    }

    /// <summary>Bytes in memory; a character takes two.</summary>
    private static long SizeOf(MqttApplicationMessage message)
    {
        long characters = message.Topic.Length + (message.ContentType?.Length ?? 0) + (message.ResponseTopic?.Length ?? 0)
            + (message.UserProperties?.Sum(property => property.Name.Length + property.ValueBuffer.Length) ?? 0);
        return message.Payload.Length + (message.CorrelationData?.Length ?? 0) + (2 * characters);
    }

    private void Refuse(ValidatingConnectionEventArgs connecting, Refusal kind, MqttConnectReasonCode code)
    {
        _refusals.Count(kind);
        connecting.ReasonCode = code;
    }

    private void Refuse(InterceptingPublishEventArgs publishing, Refusal kind, MqttPubAckReasonCode code)
    {
        _refusals.Count(kind);
        publishing.ProcessPublish = false;
        publishing.Response.ReasonCode = code;
    }
}
