using System.Net;
using System.Security.Cryptography;
using LusEdge.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>
/// A broker inside this process, on loopback only: MQTT over TCP, and over WebSocket at <c>/mqtt</c> for browsers. For the demo,
/// the bench and a single cart. It keeps nothing on disk and no session for an absent client. Its only user is the service; all
/// others may read and send commands within <see cref="BrokerLimits"/>.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    /// <summary>How many ports to try, from the configured one upwards.</summary>
    private const int PortsTried = 50;

    private readonly MqttServer _server;
    private readonly WebApplication _web;
    private readonly TimeProvider _time;

    private EmbeddedBroker(MqttServer server, WebApplication web, BrokerEndpoint endpoint, Refusals refusals, TimeProvider time)
    {
        _server = server;
        _web = web;
        _time = time;
        Endpoint = endpoint;
        Refusals = refusals;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public required int TcpPort { get; init; }

    /// <summary>The address for a browser.</summary>
    public required Uri WebSocketUri { get; init; }

    /// <summary>
    /// The service's password, random at each start. With it, the device's id as client id and any user name, the service may
    /// publish below the device's prefix.
    /// </summary>
    public required string Password { get; init; }

    /// <summary>The open connections.</summary>
    internal BrokerEndpoint Endpoint { get; }

    /// <summary>What was refused.</summary>
    internal Refusals Refusals { get; }

    /// <summary>Starts a broker.</summary>
    /// <param name="tcpPort">The TCP port; if it is in use, the next free one.</param>
    /// <param name="webSocketPort">The WebSocket port; if it is in use, the next free one.</param>
    /// <param name="device">
    /// The device whose client id and topics are reserved for the service; null to reserve none, for a service that is another
    /// process.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="stop">Cancels the start.</param>
    /// <exception cref="BrokerException">No port is free.</exception>
    public static Task<EmbeddedBroker> StartAsync(
        int tcpPort,
        int webSocketPort,
        Topics? device,
        TimeProvider time,
        ILogger<EmbeddedBroker> logger,
        CancellationToken stop) =>
        StartAsync(tcpPort, webSocketPort, device, new BrokerLimits(), time, logger, stop);

    /// <summary>Starts a broker with other limits, for tests.</summary>
    internal static async Task<EmbeddedBroker> StartAsync(
        int tcpPort,
        int webSocketPort,
        Topics? device,
        BrokerLimits limits,
        TimeProvider time,
        ILogger<EmbeddedBroker> logger,
        CancellationToken stop)
    {
        IOException? inUse = null;
        for (int attempt = 0; attempt < PortsTried; attempt++)
        {
            try
            {
                EmbeddedBroker broker = await StartOnAsync(
                    tcpPort, webSocketPort, device, limits, time, logger, stop).ConfigureAwait(false);
                Log.Listens(logger, broker.TcpPort, broker.WebSocketUri);
                return broker;
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                // Only the text of Kestrel's message tells which of the two ports is in use.
                inUse = e;
                if (e.Message.Contains($":{tcpPort}:", StringComparison.Ordinal)) tcpPort = Next(tcpPort, webSocketPort);
                else webSocketPort = Next(webSocketPort, tcpPort);
            }
        }

        throw new BrokerException(
            $"the embedded broker found no free port on 127.0.0.1 up to {tcpPort} (TCP) and {webSocketPort} (WebSocket). "
            + "Set Mqtt:Port and Mqtt:WebSocketPort to free ports.",
            inUse);
    }

    /// <summary>Closes all connections and both ports.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions()).ConfigureAwait(false);
        // Then Kestrel cuts off the clients that do not read what is left.
        using var late = new CancellationTokenSource(new BrokerLimits().GoodbyeWithin, _time);
        await _web.StopAsync(late.Token).ConfigureAwait(false);
        Refusals.Close();
        await _web.DisposeAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    private static async Task<EmbeddedBroker> StartOnAsync(
        int tcpPort,
        int webSocketPort,
        Topics? device,
        BrokerLimits limits,
        TimeProvider time,
        ILogger logger,
        CancellationToken stop)
    {
        // An empty builder reads no ASPNETCORE_ variables and no appsettings.json, and logs nothing to standard output.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "lusedge" });
        builder.Services.AddRoutingCore();
        builder.Services.AddConnections();
        var refusals = new Refusals(logger, time);
        var endpoint = new BrokerEndpoint(limits, refusals, time);
        builder.Services.AddSingleton(endpoint);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = limits.ConnectWithin;
            kestrel.Limits.KeepAliveTimeout = limits.ConnectWithin;
            kestrel.Listen(IPAddress.Loopback, tcpPort, listen => listen.UseConnectionHandler<BrokerEndpoint>());
            kestrel.Listen(IPAddress.Loopback, webSocketPort);
        });
        WebApplication web = builder.Build();
        MqttServer? server = null;
        try
        {
            MapWebSocket(web, refusals);
            server = CreateServer(endpoint, limits);
            string password = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            _ = new AccessRules(server, endpoint, device, password, limits, refusals);
            await server.StartAsync().ConfigureAwait(false);
            await web.StartAsync(stop).ConfigureAwait(false);
            return new EmbeddedBroker(server, web, endpoint, refusals, time)
            {
                TcpPort = tcpPort,
                WebSocketUri = new Uri($"ws://127.0.0.1:{webSocketPort}{WebSocketGate.Path}"),
                Password = password,
            };
        }
        catch
        {
            server?.Dispose();
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static void MapWebSocket(WebApplication web, Refusals refusals)
    {
        web.Use(async (HttpContext context, RequestDelegate next) =>
        {
            if (!WebSocketGate.IsFromThisMachine(context.Request))
            {
                refusals.Count(Refusal.ForeignPage);
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
            }
            else if (context.Request.Path != WebSocketGate.Path)
            {
                // Also the paths that ASP.NET adds for clients without WebSocket.
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
            else
            {
                await next(context).ConfigureAwait(false);
            }
        });
        web.MapConnectionHandler<BrokerEndpoint>(WebSocketGate.Path, options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.WebSockets.SubProtocolSelector = MqttSubProtocolSelector.SelectSubProtocol;
        });
    }

    private static MqttServer CreateServer(BrokerEndpoint endpoint, BrokerLimits limits)
    {
        MqttServerOptions options = new MqttServerOptionsBuilder()
            .WithoutDefaultEndpoint()
            .WithMaxPendingMessagesPerClient(limits.MaxQueued)
            .WithPendingMessagesOverflowStrategy(MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage)
            .Build();
        return new MqttServer(options, [endpoint], MqttNetNullLogger.Instance);
    }

    private static int Next(int port, int other) => port + 1 == other ? port + 2 : port + 1;
}
