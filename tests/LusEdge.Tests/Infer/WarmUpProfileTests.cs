using LusEdge.Infer;

namespace LusEdge.Tests.Infer;

/// <summary>What the runtime's record of its warm-up tells.</summary>
public sealed class WarmUpProfileTests : IDisposable
{
    private const string Profile =
        """[{"name":"model_run","dur":9},{"name":"conv_kernel_time","dur":5,"args":{"provider":"CPUExecutionProvider"}},{"name":"pool_kernel_time","dur":3,"args":{"provider":"CUDAExecutionProvider"}}]""";

    private readonly TemporaryDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_provider_is_the_one_that_took_the_most_time()
    {
        File.WriteAllText(_temp["profile.json"], Profile);
        Assert.Equal("cpu", WarmUpProfile.Provider(_temp["profile.json"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(-1)]
    public void A_record_that_a_full_disk_cut_short_is_told_as_want_of_space(int length)
    {
        if (length >= 0) File.WriteAllText(_temp["profile.json"], Profile[..length]);
        ModelException e = Assert.ThrowsAny<ModelException>(() => WarmUpProfile.Provider(_temp["profile.json"]));
        Assert.Equal(ModelFailure.NoWorkingSpace, e.Reason);
        Assert.Contains("TMPDIR", e.Message, StringComparison.Ordinal);
    }
}
