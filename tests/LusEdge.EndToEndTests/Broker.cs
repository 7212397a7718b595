using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LusEdge.Tests;

namespace LusEdge.EndToEndTests;

/// <summary>A mosquitto for one test on a free loopback port; it listens when <see cref="StartAsync"/> returns.</summary>
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
            var start = new ProcessStartInfo(binary, ["-p", $"{port}"]) { RedirectStandardError = true };
            var broker = new Broker(Process.Start(start)!, port);
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
