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
    [InlineData("Ward 7")]
    [InlineData("ward/7")]
    [InlineData("+")]
    [InlineData("")]
    public void A_site_that_is_not_a_valid_code_is_refused(string site)
    {
        var options = new MqttOptions { Site = site };
        var results = new List<ValidationResult>();
        bool valid = Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        Assert.False(valid, "accepted: " + site);
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
}
