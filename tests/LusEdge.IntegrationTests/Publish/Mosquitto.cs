using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Publish;

/// <summary>A real broker on a free loopback port, with its own folder; can be killed, paused and restarted.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private const int PortsTried = 10;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-mosquitto-").FullName;
    private readonly string _settings;
    private Process? _process;

    private Mosquitto(string settings) => _settings = settings;

    public int Port { get; private set; }

    private static string? Program =>
        new[] { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto" }.FirstOrDefault(File.Exists);

    /// <summary>Starts a broker that keeps its sessions, as docs/mqtt.md requires of a site's broker.</summary>
    /// <param name="settings">More lines for its configuration; %FOLDER% stands for its folder.</param>
    /// <param name="files">Files to put into its folder.</param>
    public static async Task<Mosquitto> StartAsync(
        string settings = "allow_anonymous true", params (string Name, string Text)[] files)
    {
        Assert.SkipUnless(Program is not null, "mosquitto is not installed: apt-get install mosquitto");
        var broker = new Mosquitto(settings);
        foreach ((string name, string text) in files)
        {
            string path = Path.Combine(broker._folder, name);
            await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        }

        for (int attempt = 0; attempt < PortsTried; attempt++)
        {
            broker.Port = LoopbackPort.Free();
            if (await broker.TryStartAsync()) return broker;
        }

        throw new InvalidOperationException(await File.ReadAllTextAsync(broker.LogFile, TestContext.Current.CancellationToken));
    }

    /// <summary>Starts a broker on a given port.</summary>
    public static async Task<Mosquitto> StartOnAsync(int port)
    {
        Assert.SkipUnless(Program is not null, "mosquitto is not installed: apt-get install mosquitto");
        var broker = new Mosquitto("allow_anonymous true") { Port = port };
        await broker.RestartAsync();
        return broker;
    }

    /// <summary>Like a power cut for the broker.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Restarts the killed broker on its port.</summary>
    public async Task RestartAsync() => Assert.True(await TryStartAsync(), "the broker did not restart");

    /// <summary>Replaces a file in its folder, and lets it read its settings again.</summary>
    public async Task ReloadAsync(string name, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, name), text, TestContext.Current.CancellationToken);
        await SignalAsync("HUP");
    }

    /// <summary>Makes the broker hang: its connections stay open, but nothing answers.</summary>
    public Task HangAsync() => SignalAsync("STOP");

    /// <summary>Resumes a hanging broker.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        _process?.Kill();
        if (_process is not null) await _process.WaitForExitAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string LogFile => Path.Combine(_folder, "log");

    private async Task<bool> TryStartAsync()
    {
        string configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            per_listener_settings false
            listener {Port} 127.0.0.1
            log_dest file {LogFile}
            log_type all
            persistence true
            persistence_location {_folder}/
            autosave_interval 1
            autosave_on_changes true
            {_settings.Replace("%FOLDER%", _folder, StringComparison.Ordinal)}

            """));
        var start = new ProcessStartInfo(Program!, ["-c", configuration]) { RedirectStandardError = true };
        // Started as root, it would drop its privileges and lose access to its folder.
        if (Environment.IsPrivilegedProcess) await File.AppendAllTextAsync(configuration, "user root\n");
        _process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!_process.HasExited)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port, deadline.Token);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(20, deadline.Token);
            }
        }

        return false;
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
