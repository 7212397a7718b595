using System.Collections.Concurrent;
using System.Text;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>An HTTP server on the loopback that serves given answers and remembers what it was asked for.</summary>
internal sealed class HttpFiles : IDisposable
{
    private readonly ConcurrentDictionary<string, (string Status, byte[] Body)> _answers = [];
    private readonly List<string> _requests = [];
    private readonly StreamServer _server;

    public HttpFiles() => _server = new StreamServer(stream =>
    {
        byte[] buffer = new byte[8192];
        int length = stream.Read(buffer);
        if (length == 0) return;
        string request = Encoding.ASCII.GetString(buffer, 0, length).Split('\r')[0];
        lock (_requests) _requests.Add(request);
        (string status, byte[] body) = _answers.GetValueOrDefault(request.Split(' ')[1], ("404 Not Found", []));
        stream.Write(Encoding.ASCII.GetBytes(
            $"{request.Split(' ')[2]} {status}\r\nContent-Length: {body.Length}\r\nCSeq: 1\r\nConnection: close\r\n\r\n"));
        stream.Write(body);
    });

    /// <summary><c>127.0.0.1:PORT</c>.</summary>
    public string Address => _server.Address;

    /// <summary>The same server under another name: another host.</summary>
    public string OtherHost => Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    /// <summary>The first lines of all requests.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public void Serve(string path, byte[] body) => _answers[path] = ("200 OK", body);

    public void Serve(string path, string text) => Serve(path, Encoding.ASCII.GetBytes(text));

    public void Redirect(string path, string to) => _answers[path] = ($"302 Found\r\nLocation: {to}", []);

    public void Dispose() => _server.Dispose();
}
