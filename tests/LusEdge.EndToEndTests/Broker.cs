using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LusEdge.Tests;

namespace LusEdge.EndToEndTests;

/// <summary>A mosquitto of the test's own on a free port of loopback, which is there once <see cref="StartAsync"/> returns.</summary>
internal sealed class Broker : IDisposable
{
    private readonly Process _process;

    private Broker(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<Broker> StartAsync()
    {
        int port = LoopbackPort.Free();
        string binary = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        try
        {
            var broker = new Broker(Process.Start(new ProcessStartInfo(binary, ["-p", $"{port}"]) { RedirectStandardError = true })!, port);
            await broker.UntilItListensAsync();
            return broker;
        }
        catch (Win32Exception)
        {
            Assert.Skip("mosquitto is not installed: run tests/run.sh");
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private async Task UntilItListensAsync()
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }
}
