using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MQTTnet.AspNetCore;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Server;

namespace LusEdge.Broker;

/// <summary>
/// A broker inside this process, on loopback only: MQTT over TCP, and over WebSocket at <c>/mqtt</c> for browsers. For the demo,
/// the bench and a single cart. It keeps nothing on disk and no session for an absent client, and it has no users.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    /// <summary>How many ports to try, from the configured one upwards.</summary>
    private const int PortsTried = 50;

    /// <summary>Beyond this, a slow subscriber loses its oldest messages instead of delaying the others.</summary>
    private const int MaxPendingMessages = 1000;

    private readonly MqttServer _server;
    private readonly WebApplication _web;

    private EmbeddedBroker(MqttServer server, WebApplication web, int tcpPort, int webSocketPort)
    {
        _server = server;
        _web = web;
        TcpPort = tcpPort;
        WebSocketUri = new Uri($"ws://127.0.0.1:{webSocketPort}/mqtt");
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int TcpPort { get; }

    /// <summary>The address for a browser.</summary>
    public Uri WebSocketUri { get; }

    /// <summary>Starts a broker.</summary>
    /// <param name="tcpPort">The TCP port; if it is in use, the next free one.</param>
    /// <param name="webSocketPort">The WebSocket port; if it is in use, the next free one.</param>
    /// <param name="logger">The log.</param>
    /// <param name="stop">Cancels the start.</param>
    /// <exception cref="BrokerException">No port is free.</exception>
    public static async Task<EmbeddedBroker> StartAsync(
        int tcpPort, int webSocketPort, ILogger<EmbeddedBroker> logger, CancellationToken stop)
    {
        IOException? inUse = null;
        for (int attempt = 0; attempt < PortsTried; attempt++)
        {
            try
            {
                EmbeddedBroker broker = await StartOnAsync(tcpPort, webSocketPort, stop).ConfigureAwait(false);
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
        await _web.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    private static async Task<EmbeddedBroker> StartOnAsync(int tcpPort, int webSocketPort, CancellationToken stop)
    {
        // An empty builder reads no ASPNETCORE_ variables and no appsettings.json, and logs nothing to standard output.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "lusedge" });
        builder.Services.AddRoutingCore();
        builder.Services.AddConnections();
        builder.Services.AddSingleton<MqttConnectionHandler>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, tcpPort, listen => listen.UseConnectionHandler<MqttConnectionHandler>());
            kestrel.Listen(IPAddress.Loopback, webSocketPort);
        });
        WebApplication web = builder.Build();
        MqttServer? server = null;
        try
        {
            web.MapConnectionHandler<MqttConnectionHandler>(
                "/mqtt", options => options.WebSockets.SubProtocolSelector = MqttSubProtocolSelector.SelectSubProtocol);
            server = CreateServer(web.Services.GetRequiredService<MqttConnectionHandler>());
            await server.StartAsync().ConfigureAwait(false);
            await web.StartAsync(stop).ConfigureAwait(false);
            return new EmbeddedBroker(server, web, tcpPort, webSocketPort);
        }
        catch
        {
            server?.Dispose();
            await web.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static MqttServer CreateServer(MqttConnectionHandler connections)
    {
        MqttServerOptions options = new MqttServerOptionsBuilder()
            .WithoutDefaultEndpoint()
            .WithMaxPendingMessagesPerClient(MaxPendingMessages)
            .WithPendingMessagesOverflowStrategy(MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage)
            .Build();
        var server = new MqttServer(options, [new EmbeddedBrokerAdapter(connections)], MqttNetNullLogger.Instance);
        server.ValidatingConnectionAsync += connecting =>
        {
            if (string.IsNullOrEmpty(connecting.ClientId)) connecting.AssignedClientIdentifier = EmbeddedBrokerAdapter.NewId();
            return Task.CompletedTask;
        };
        return server;
    }

    private static int Next(int port, int other) => port + 1 == other ? port + 2 : port + 1;
}
