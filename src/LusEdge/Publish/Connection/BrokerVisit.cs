using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using LusEdge.Contract;
using LusEdge.Publish.Messages;
using MQTTnet.Exceptions;

namespace LusEdge.Publish.Connection;

/// <summary>How far a trial connection to the broker got.</summary>
public enum BrokerVisitEnd
{
    /// <summary>The broker accepted the connection: address, encryption and credentials are right.</summary>
    Accepted,

    /// <summary>The name does not exist, nothing listens there, or nothing answers.</summary>
    Unreachable,

    /// <summary>A configured file (password, certificate, key) can't be used.</summary>
    BadFile,

    /// <summary>It answers, but the TLS handshake failed or a certificate is not trusted.</summary>
    Tls,

    /// <summary>It answers, but refuses the credentials, the client id, the will or MQTT 5.</summary>
    Refused,
}

/// <summary>
/// A trial connection to the broker, made the way the publisher makes it, will included. It publishes nothing and uses a client
/// id of its own, so it does not disturb a running service.
/// </summary>
/// <param name="End">How far it got.</param>
/// <param name="Words">The error text of the broker, the system or the library; empty if it was accepted.</param>
public sealed record BrokerVisit(BrokerVisitEnd End, string Words)
{
    /// <summary>
    /// The boot in the visit's will. The broker publishes that will only if the visit is cut off before it disconnects, and then
    /// readers ignore it, because this boot is older than any other.
    /// </summary>
    internal static readonly Guid Boot = new("00000000-0000-7000-8000-000000000000");

    /// <summary>What the broker does not allow, although the service or its readers need it.</summary>
    public IReadOnlyList<BrokerFlaw> Flaws { get; init; } = [];

    /// <summary>Connects to the configured broker, and disconnects.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="timeout">For the whole attempt.</param>
    /// <param name="stop">Cancels it.</param>
    public static async Task<BrokerVisit> MakeAsync(MqttOptions options, string device, TimeSpan timeout, CancellationToken stop)
    {
        BrokerVisit made = await ConnectAsync(options, device, timeout, stop).ConfigureAwait(false);
        return made with { Words = options.Mask().Mask(made.Words) };
    }

    private static async Task<BrokerVisit> ConnectAsync(
        MqttOptions options, string device, TimeSpan timeout, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(timeout);
        try
        {
            TopicPolicy availability = new TopicTable(new Topics(options.Site, device)).Availability;
            var lost = new AvailabilityMessage { Boot = Boot, BootNumber = 0, Seq = 1, T = null, State = Availability.Lost };
            byte[] will = JsonSerializer.SerializeToUtf8Bytes(lost, LusEdgeJson.Default.AvailabilityMessage);
            BrokerAnswer answer = await BrokerConnection.OpenAsync(
                ClientOptions.For(options, device, $"{device}-doctor", availability, will, 2 * timeout),
                late.Token).ConfigureAwait(false);
            if (answer.Connection is null) return new(BrokerVisitEnd.Refused, answer.Refusal) { Flaws = answer.Flaws };
            await using BrokerConnection connection = answer.Connection;
            await connection.DisconnectAsync(late.Token).ConfigureAwait(false);
            return new BrokerVisit(BrokerVisitEnd.Accepted, "") { Flaws = answer.Flaws };
        }
        catch (Exception e) when ((e is OperationCanceledException or MqttCommunicationException)
            && late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // This timeout fires before the library's own, which has a different message.
            return new BrokerVisit(
                BrokerVisitEnd.Unreachable, FormattableString.Invariant($"no answer within {timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is MqttCommunicationException or AuthenticationException)
        {
            return Failed(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new BrokerVisit(BrokerVisitEnd.BadFile, e.Message);
        }
    }

    /// <summary>Finds the cause inside the library's exceptions.</summary>
    private static BrokerVisit Failed(Exception thrown)
    {
        for (Exception? e = thrown; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException)
                return new(BrokerVisitEnd.Tls, e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
            if (e is SocketException) return new(BrokerVisitEnd.Unreachable, e.Message);
        }

        return new(BrokerVisitEnd.Unreachable, thrown.Message);
    }
}
