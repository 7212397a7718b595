using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LusEdge.Publish.Connection;
using LusEdge.Tests;

namespace LusEdge.IntegrationTests.Publish;

public sealed class BrokerSecurityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lusedge-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_device_presents_its_certificate_to_a_broker_that_asks()
    {
        (string ca, string _) = Certificates();
        await using Mosquitto broker = await Mosquitto.StartAsync(Settings());
        await using PublisherRig rig = await PublisherRig.StartAsync(broker.Port, options => options with { Tls = Tls(ca) });
        await Eventually.TrueAsync("the device is connected", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5000));
        rig.Clip();
        // The broker's answer that nobody subscribes shows that the event got through.
        await Eventually.TrueAsync("the broker has answered", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5004));
    }

    [Fact]
    public async Task A_broker_certificate_from_another_authority_is_not_trusted()
    {
        (string _, string stranger) = Certificates();
        await using Mosquitto broker = await Mosquitto.StartAsync(Settings());
        await using PublisherRig rig = await PublisherRig.StartAsync(
            broker.Port, options => options with { Tls = Tls(stranger) });
        await Eventually.TrueAsync("the attempt has failed", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5001));
        Assert.DoesNotContain(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5000);
    }

    [Fact]
    public async Task A_visit_tells_whether_address_encryption_and_credentials_are_right()
    {
        (string ca, string stranger) = Certificates();
        await using Mosquitto broker = await Mosquitto.StartAsync(Settings());
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port, Tls = Tls(ca) };

        Assert.Equal(new BrokerVisit(BrokerVisitEnd.Accepted, ""), await VisitAsync(options));
        Assert.Equal(BrokerVisitEnd.Tls, (await VisitAsync(options with { Tls = Tls(stranger) })).End);
        string missing = Path.Combine(_folder, "none.pem");
        Assert.Equal(BrokerVisitEnd.BadFile, (await VisitAsync(options with { Tls = Tls(missing) })).End);
        Assert.Equal(BrokerVisitEnd.Unreachable, (await VisitAsync(options with { Port = LoopbackPort.Free() })).End);
        Assert.Equal(BrokerVisitEnd.Unreachable, (await VisitAsync(options with { Host = "no-such-host.invalid" })).End);
    }

    [Fact]
    public async Task A_visit_reports_a_broker_that_refuses_or_hangs()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync("allow_anonymous false");
        var options = new MqttOptions { Host = "127.0.0.1", Port = broker.Port };

        BrokerVisit refused = await VisitAsync(options);
        Assert.Equal((BrokerVisitEnd.Refused, "NotAuthorized"), (refused.End, refused.Words.Split(':')[0]));
        await broker.HangAsync();
        BrokerVisit hung = await VisitAsync(options);
        await broker.ResumeAsync();
        Assert.Equal(new BrokerVisit(BrokerVisitEnd.Unreachable, "no answer within 2 s"), hung);
    }

    private static Task<BrokerVisit> VisitAsync(MqttOptions options) =>
        BrokerVisit.MakeAsync(options, "lus-test", TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Each_attempt_reads_the_password_and_the_documented_ACL_lets_the_device_publish()
    {
        const string Program = "/usr/bin/mosquitto_passwd";
        Assert.SkipUnless(File.Exists(Program), "mosquitto_passwd is not installed: apt-get install mosquitto");
        string known = Path.Combine(_folder, "passwd");
        string own = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(known, "lus-0123456789ab:secret-7\n", TestContext.Current.CancellationToken);
        using Process hash = Process.Start(Program, ["-U", known]);
        await hash.WaitForExitAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(own, "an-old-secret\n", TestContext.Current.CancellationToken);

        await using Mosquitto broker = await Mosquitto.StartAsync(
            $"allow_anonymous false\npassword_file {known}\nacl_file %FOLDER%/acl", ("acl", "pattern write lus/v1/+/%u/#\n"));
        await using PublisherRig rig = await PublisherRig.StartAsync(
            broker.Port, options => options with { Username = "lus-0123456789ab", PasswordFile = own });
        await Eventually.TrueAsync("the old password is refused", () => rig.Log.GetSnapshot().Any(
            entry => entry.Id.Id == 5001 && entry.Message.Contains("NotAuthorized", StringComparison.Ordinal)));
        await File.WriteAllTextAsync(own, "secret-7\n", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync("the new one is accepted", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5000));
        rig.Clip();
        await Eventually.TrueAsync(
            "the broker has answered that nobody subscribes", () => rig.Log.GetSnapshot().Any(entry => entry.Id.Id == 5004));
        Assert.DoesNotContain(rig.Log.GetSnapshot(), entry => entry.Id.Id == 5003);
        Assert.DoesNotContain(rig.Log.GetSnapshot(), entry => entry.Message.Contains("secret", StringComparison.Ordinal));
    }

    private MqttTlsOptions Tls(string ca) => new()
    {
        Enabled = true,
        CaFile = ca,
        CertFile = Path.Combine(_folder, "device.pem"),
        KeyFile = Path.Combine(_folder, "device.key"),
    };

    private string Settings() => $"""
        allow_anonymous true
        cafile {_folder}/ca.pem
        certfile {_folder}/broker.pem
        keyfile {_folder}/broker.key
        require_certificate true
        use_identity_as_username true
        """;

    private (string Ca, string Stranger) Certificates()
    {
        using X509Certificate2 ca = Authority("ca.pem");
        using X509Certificate2 stranger = Authority("stranger.pem");
        Issue(ca, "broker");
        Issue(ca, "device");
        return (Path.Combine(_folder, "ca.pem"), Path.Combine(_folder, "stranger.pem"));
    }

    private X509Certificate2 Authority(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={file}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        X509Certificate2 certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, file), certificate.ExportCertificatePem());
        return certificate;
    }

    private void Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(
            authority, Now.AddDays(-1), authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(_folder, $"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
