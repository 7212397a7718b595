using LusEdge.Infer;

namespace LusEdge.Tests.Infer;

/// <summary>Reading the runtime's profile of its warm-up.</summary>
public sealed class WarmUpProfileTests : IDisposable
{
    private const string Profile =
        """
        [{"name":"model_run","dur":9},
        {"name":"conv_kernel_time","dur":5,"args":{"provider":"CPUExecutionProvider"}},
        {"name":"pool_kernel_time","dur":3,"args":{"provider":"CUDAExecutionProvider"}}]
        """;

    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_provider_is_the_one_with_the_most_kernel_time()
    {
        File.WriteAllText(_temp["profile.json"], Profile);
        Assert.Equal("cpu", WarmUpProfile.Provider(_temp["profile.json"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(-1)]
    public void A_profile_cut_short_by_a_full_disk_is_reported_as_lack_of_space(int length)
    {
        if (length >= 0) File.WriteAllText(_temp["profile.json"], Profile[..length]);
        ModelException e = Assert.ThrowsAny<ModelException>(() => WarmUpProfile.Provider(_temp["profile.json"]));
        Assert.Equal(ModelFailure.NoWorkingSpace, e.Reason);
        Assert.Contains("TMPDIR", e.Message, StringComparison.Ordinal);
    }
}
