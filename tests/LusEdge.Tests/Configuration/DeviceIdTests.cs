using System.Security.Cryptography;
using System.Text;
using LusEdge.Configuration;

namespace LusEdge.Tests.Configuration;

public sealed class DeviceIdTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void It_is_derived_from_the_machine_id_without_revealing_it()
    {
        const string MachineId = "0123456789abcdef0123456789abcdef";
        File.WriteAllText(_file, MachineId + "\n");
        string expected = "lus-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("lusedge" + MachineId)))[..12];

        Assert.Equal(expected, DeviceId.Resolve(null, _file));
    }

    [Fact]
    public void A_configured_id_takes_precedence() => Assert.Equal("cart-7", DeviceId.Resolve("cart-7", _file));

    [Theory]
    [InlineData("")]
    [InlineData("uninitialized\n")]
    [InlineData("0123")]
    public void An_image_that_has_never_booted_has_no_id(string text)
    {
        File.WriteAllText(_file, text);
        Assert.Null(DeviceId.Resolve(null, _file));
    }

    [Fact]
    public void A_missing_file_means_no_id() => Assert.Null(DeviceId.Resolve(null, "/nonexistent/machine-id"));
}
