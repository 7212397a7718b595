using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MQTTnet.Exceptions;

namespace LusEdge.Publish.Connection;

/// <summary>How far a visit to the broker came.</summary>
public enum BrokerVisitEnd
{
    /// <summary>It took the connection: address, encryption and credentials are right.</summary>
    Accepted,

    /// <summary>There is no such name, nothing listens there, or nothing answers.</summary>
    Unreachable,

    /// <summary>A file of the configuration (password, certificate, key) can't be used.</summary>
    BadFile,

    /// <summary>It answers, but the two could not agree on encryption, or a certificate is not trusted.</summary>
    Tls,

    /// <summary>It answers and refuses: the credentials, the client id, or MQTT 5.</summary>
    Refused,
}

/// <summary>
/// One connection to the broker, as the publisher makes it, to see whether it works. Nothing is published, there is no will, and the client
/// id is another than the service's, so that one that runs is not disturbed.
/// </summary>
/// <param name="End">How far it came.</param>
/// <param name="Words">The broker's, the system's or the library's words for it; empty when it was accepted.</param>
public sealed record BrokerVisit(BrokerVisitEnd End, string Words)
{
    /// <summary>Visits the configured broker.</summary>
    /// <param name="options">A checked configuration.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="timeout">For the whole visit.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<BrokerVisit> MakeAsync(MqttOptions options, string device, TimeSpan timeout, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(timeout);
        try
        {
            (BrokerConnection? opened, string refusal) = await BrokerConnection.OpenAsync(
                ClientOptions.ForVisitor(options, $"{device}-doctor", 2 * timeout).Build(), late.Token).ConfigureAwait(false);
            if (opened is null) return new BrokerVisit(BrokerVisitEnd.Refused, refusal);
            await using BrokerConnection connection = opened;
            await connection.DisconnectAsync(late.Token).ConfigureAwait(false);
            return new BrokerVisit(BrokerVisitEnd.Accepted, "");
        }
        catch (Exception e) when ((e is OperationCanceledException or MqttCommunicationException) && late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // This timeout comes before the library's own, whose words are others.
            return new BrokerVisit(BrokerVisitEnd.Unreachable, FormattableString.Invariant($"no answer within {timeout.TotalSeconds:0.#} s"));
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

    /// <summary>From the library's wrapping to what happened below.</summary>
    private static BrokerVisit Failed(Exception thrown)
    {
        for (Exception? e = thrown; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException) return new(BrokerVisitEnd.Tls, e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}");
            if (e is SocketException) return new(BrokerVisitEnd.Unreachable, e.Message);
        }

        return new(BrokerVisitEnd.Unreachable, thrown.Message);
    }
}
