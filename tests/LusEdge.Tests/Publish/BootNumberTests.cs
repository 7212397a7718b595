using LusEdge.Publish;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LusEdge.Tests.Publish;

public sealed class BootNumberTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryDirectory _temp = new();
    private readonly FakeLogCollector _log = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Each_start_has_a_higher_number_whatever_the_clock_says()
    {
        long[] numbers =
        [
            await NextAsync(Today),
            await NextAsync(Today),
            await NextAsync(DateTimeOffset.UnixEpoch.AddSeconds(40)),
            await NextAsync(Today.AddYears(-1)),
            await NextAsync(Today.AddDays(1)),
        ];
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Empty(_log.GetSnapshot());
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BootNumber.FileFor(_temp["events.db"])));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no number")]
    [InlineData("-1\n")]
    [InlineData("9999999999999999999999\n")]
    [InlineData("9223372036854775807\n")]
    public async Task Without_a_usable_file_the_clock_keeps_the_order(string? content)
    {
        long before = await NextAsync(Today);
        string file = BootNumber.FileFor(_temp["events.db"]);
        File.Delete(file);
        if (content is not null) await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

        long after = await NextAsync(Today.AddMinutes(1));
        Assert.True(after > before);
        Assert.Equal(after + 1, await NextAsync(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task A_number_that_cannot_be_kept_is_logged_and_still_given()
    {
        Directory.CreateDirectory(BootNumber.FileFor(_temp["events.db"]));
        Assert.Equal(Today.ToUnixTimeSeconds(), await NextAsync(Today));
        Assert.Equal(5031, Assert.Single(_log.GetSnapshot()).Id.Id);
    }

    private Task<long> NextAsync(DateTimeOffset now) =>
        BootNumber.NextAsync(BootNumber.FileFor(_temp["events.db"]), new FakeTimeProvider(now), new FakeLogger(_log));
}
