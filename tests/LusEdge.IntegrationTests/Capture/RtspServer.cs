using System.Diagnostics;
using System.Globalization;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>GStreamer's RTSP server with the feeds from rtsp-server.py.</summary>
internal sealed class RtspServer : IDisposable
{
    /// <summary>Debian's Python, because another one on the PATH lacks Debian's GStreamer bindings.</summary>
    private const string Python = "/usr/bin/python3";

    private readonly ChildProcess _process;

    private RtspServer(ChildProcess process, int port) => (_process, Port) = (process, port);

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Starts it; skips the test if it is not installed.</summary>
    /// <param name="port">0 for a free one.</param>
    public static RtspServer Start(int port = 0)
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not installed: the RTSP server needs it");
        string script = Path.Combine(AppContext.BaseDirectory, "rtsp-server.py");
        var process = ChildProcess.Start(new ProcessStartInfo(Python, [script, $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        if (process.StandardOutput.ReadLine() is { } line)
        {
            return new RtspServer(process, int.Parse(line, CultureInfo.InvariantCulture));
        }

        using (process)
        {
            string why = process.StandardError.ReadToEnd().TrimEnd().Split('\n')[^1];
            Assert.Skip(
                $"no RTSP server ({why}): install gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{{base,good,ugly}}");
            throw new InvalidOperationException();
        }
    }

    /// <summary>The URL of one of its feeds.</summary>
    public string Url(string feed) => $"rtsp://127.0.0.1:{Port}/{feed}";

    public void Dispose() => _process.Dispose();
}
