using System.ComponentModel.DataAnnotations;
using LusEdge.Configuration;
using LusEdge.Publish.Connection;

namespace LusEdge.Tests.Publish.Connection;

public sealed class MqttOptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_defaults_are_valid()
    {
        var options = new MqttOptions();
        Assert.Empty(options.Errors());
        Assert.True(Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true));
    }

    [Fact]
    public void Full_TLS_with_a_user_is_valid() => Assert.Empty(new MqttOptions
    {
        Username = "cart",
        PasswordFile = _file,
        Tls = new MqttTlsOptions { Enabled = true, CaFile = _file, CertFile = _file, KeyFile = _file },
    }.Errors());

    [Fact]
    public void Every_error_is_reported_at_once_and_starts_with_its_key()
    {
        string[] errors = [.. new MqttOptions
        {
            PasswordFile = "/nonexistent/password",
            Tls = new MqttTlsOptions { Enabled = true, CaFile = "/nonexistent/ca.pem", CertFile = "/nonexistent/cert.pem" },
        }.Errors()];
        Assert.Equal(
            ["Mqtt:PasswordFile", "Mqtt:PasswordFile", "Mqtt:Tls:KeyFile", "Mqtt:Tls:CaFile", "Mqtt:Tls:CertFile"],
            errors.Select(error => error[..error.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void Certificates_without_TLS_are_an_error() => Assert.StartsWith(
        "Mqtt:Tls:Enabled: ", Assert.Single(new MqttOptions { Tls = new MqttTlsOptions { CaFile = _file } }.Errors()));

    [Fact]
    public void The_embedded_broker_has_no_users_and_no_TLS() => Assert.Equal(3, new MqttOptions
    {
        Mode = MqttMode.Embedded,
        Username = "cart",
        Port = 9001,
        Tls = new MqttTlsOptions { Enabled = true },
    }.Errors().Count());

    [Theory]
    [InlineData("broker")]
    [InlineData("broker.ward-7.example")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("fe80::1%eth0")]
    public void A_host_is_a_name_or_an_address(string host) => Assert.True(IsValid(new MqttOptions { Host = host }));

    [Theory]
    [InlineData("mqtt://broker", "it is a URL. Write only \"broker\".")]
    [InlineData("mqtts://broker.example:8883/path", "it is a URL. Write only \"broker.example\".")]
    [InlineData("broker:1883", "it has a port, a path or brackets. Write only \"broker\".")]
    [InlineData("10.0.0.7:1883", "it has a port, a path or brackets. Write only \"10.0.0.7\".")]
    [InlineData("broker/mqtt", "it has a port, a path or brackets. Write only \"broker\".")]
    [InlineData("[::1]:1883", "it has a port, a path or brackets. Write only \"::1\".")]
    [InlineData("mqtt://[::1]:1883", "it is a URL. Write only \"::1\".")]
    [InlineData("broker ", "it has a blank or a line break. Write only the broker's")]
    [InlineData("bro ker", "it has a blank or a line break. Write only the broker's")]
    [InlineData("broker\n", "it has a blank or a line break. Write only the broker's")]
    [InlineData("user:hunter2@broker", "it has an @, as a URL with a user has. Write only the broker's")]
    [InlineData("mqtt://user:hunter2@", "it has an @, as a URL with a user has. Write only the broker's")]
    [InlineData("mqtt://user:hun/ter@2", "it has an @, as a URL with a user has. Write only the broker's")]
    [InlineData("broker:", "it has a port, a path or brackets. Write only \"broker\".")]
    [InlineData("*", "it is not the name or address of a host. Write only the broker's")]
    public void Anything_else_as_a_host_is_refused_with_what_to_write_instead(string host, string message)
    {
        Assert.False(IsValid(new MqttOptions { Host = host }));
        string flaw = BrokerHostAttribute.Flaw(host)!;
        Assert.StartsWith(message, flaw, StringComparison.Ordinal);
        Assert.Contains("Mqtt:Port", flaw, StringComparison.Ordinal);
        Assert.DoesNotContain("hun", flaw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ward 7")]
    [InlineData("ward/7")]
    [InlineData("+")]
    [InlineData("")]
    public void A_site_that_is_not_a_valid_code_is_refused(string site)
    {
        Assert.False(IsValid(new MqttOptions { Site = site }), "accepted: " + site);
    }

    [Fact]
    public void The_embedded_brokers_password_is_no_key_and_never_printed()
    {
        MqttOptions options = new MqttOptions { Mode = MqttMode.Embedded }.ForEmbedded(1884, "s3cret");
        Assert.Equal(("127.0.0.1", 1884), (options.Host, options.Port));
        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"Password\"", ConfigurationFile.Schema().ToJsonString(), StringComparison.Ordinal);
        string json = """{ "Capture": { "Source": "a.mp4" }, "Mqtt": { "Password": "s3cret" } }""";
        ConfigurationException refused = Assert.Throws<ConfigurationException>(
            () => ConfigurationFile.Parse("a.json", System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.Contains("Mqtt:Password: unknown key", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    private static bool IsValid(MqttOptions options) =>
        Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true);
}
