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

    private readonly string _configuration;

    private Broker(Process process, string configuration, int port) =>
        (_process, _configuration, Port) = (process, configuration, port);

    public int Port { get; }

    /// <param name="settings">More lines for its configuration.</param>
    public static async Task<Broker> StartAsync(string settings = "")
    {
        int port = LoopbackPort.Free();
        string configuration = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            configuration,
            $"listener {port} 127.0.0.1\nallow_anonymous true\n{settings}\n",
            TestContext.Current.CancellationToken);
        string binary = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        try
        {
            var start = new ProcessStartInfo(binary, ["-c", configuration]) { RedirectStandardError = true };
            var broker = new Broker(Process.Start(start)!, configuration, port);
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
        File.Delete(_configuration);
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
