using System.Net;
using System.Net.Sockets;
using LusEdge.Publish.Connection;
using LusEdge.Secrets;

namespace LusEdge.Cli.Doctor;

/// <summary>
/// The site's broker accepts a connection as the service makes it, and allows what the service and its readers need; the embedded
/// broker's ports are free.
/// </summary>
internal sealed class BrokerCheckup() : Checkup("broker", "Mqtt")
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public override async Task<Finding> ExamineAsync(Examination examination, CancellationToken stop)
    {
        MqttOptions options = examination.Options.Mqtt;
        if (options.Mode == MqttMode.Embedded) return Embedded(options);
        BrokerVisit visit = await BrokerVisit.MakeAsync(options, examination.Device, Timeout, stop);
        string tls = options.Tls.Enabled ? " with TLS" : "";
        string user = options.Username is null ? "" : " as Mqtt:Username";
        string host = Address.ShowHost(options.Host);
        string broker = $"{host}:{options.Port}{tls}{user}";
        return visit.End switch
        {
            _ when visit.Flaws.Count > 0 => Flawed(broker, visit),
            BrokerVisitEnd.Accepted => Finding.Ok($"{broker} accepts the connection (MQTT 5)."),
            BrokerVisitEnd.Unreachable => Finding.Failed(
                ExitCode.Unavailable,
                $"{broker} can't be reached: {Sentence(visit.Words)}",
                $"nc -vz {host} {options.Port}; on the broker's machine: systemctl status mosquitto"),
            BrokerVisitEnd.Tls => Finding.Failed(
                ExitCode.Unavailable,
                $"{broker}: the TLS handshake failed: {Sentence(visit.Words)}",
                $"correct Mqtt:Tls:CaFile, CertFile and KeyFile; test: openssl s_client -connect {host}:{options.Port}"),
            BrokerVisitEnd.Refused => Finding.Failed(
                ExitCode.Unavailable,
                $"{broker} refuses the connection: {Sentence(visit.Words)}",
                "correct Mqtt:Username and the content of Mqtt:PasswordFile, or the broker's list of users"),
            _ => Finding.Failed(
                ExitCode.Configuration,
                $"{broker}: a file can't be used: {Sentence(visit.Words)}",
                "correct Mqtt:PasswordFile and the files of Mqtt:Tls, or their permissions"),
        };
    }

    private static Finding Flawed(string broker, BrokerVisit visit)
    {
        string text = $"{broker} {string.Join("; it ", visit.Flaws.Select(flaw => flaw.Lack))}.";
        string suggestion = $"in mosquitto.conf: {string.Join("; ", visit.Flaws.Select(flaw => flaw.Setting))}";
        return visit.End == BrokerVisitEnd.Refused || visit.Flaws.Any(flaw => flaw.IsFatal)
            ? Finding.Failed(ExitCode.Unavailable, text, suggestion)
            : Finding.Warning(text, suggestion);
    }

    private static Finding Embedded(MqttOptions options)
    {
        int[] inUse = [.. ((int[])[options.Port, options.WebSocketPort]).Where(port => !IsFree(port))];
        return inUse.Length == 0
            ? Finding.Ok($"embedded: 127.0.0.1:{options.Port} and 127.0.0.1:{options.WebSocketPort} (WebSocket) are free.")
            : Finding.Warning(
                $"embedded: 127.0.0.1:{string.Join(" and 127.0.0.1:", inUse)} is in use, perhaps by the running service; "
                    + "a second one would take the next free port.",
                $"ss -ltnp | grep -E ':({string.Join('|', inUse)})\\b' shows which program uses it");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Sentence(string words) => words.EndsWith('.') ? words : words + ".";
}
