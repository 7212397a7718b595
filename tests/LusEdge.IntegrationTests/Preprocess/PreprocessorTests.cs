using LusEdge.Capture;
using LusEdge.Contract;
using LusEdge.IntegrationTests.Capture;
using LusEdge.Preprocess;

namespace LusEdge.IntegrationTests.Preprocess;

public sealed class PreprocessorTests : FeedTest
{
    private const string Gray100 = "lavfi:nullsrc=s=8x4:r=5:d=0.2,format=gray,geq=lum=100";
    private const string Ramp = "lavfi:nullsrc=s=8x4:r=5:d=0.2,format=gray,geq=lum='X+Y*8'";

    [Fact]
    public void The_input_is_the_sector_row_by_row()
    {
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Ramp, Sector = "1,2,3,2" });
        Assert.Equal(FrameState.Live, state);
        Assert.Equal([17, 18, 19, 25, 26, 27], input);
    }

    [Fact]
    public void A_mask_blanks_pixels_out_and_leaves_them_out_of_the_mean()
    {
        // One column of four: were the others counted in, the mean would be 25 and the picture black.
        string mask = Mask(2, 2, [0, 255, 0, 0]);
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Sector = "0,0,2,2" }, mask, blackMean: 50);
        Assert.Equal(FrameState.Live, state);
        Assert.Equal([0, 100, 0, 0], input);
    }

    [Fact]
    public void A_mask_that_does_not_fit_the_sector_is_refused_before_the_first_frame()
    {
        var e = Assert.Throws<PreprocessException>(() => Fill(new CaptureOptions { Source = Gray100 }, Mask(2, 2, [1, 1, 1, 1])));
        Assert.Equal(PreprocessFailure.MaskOfOtherSize, e.Reason);
    }

    [Theory]
    [InlineData(100.0f, FrameState.Live)]
    [InlineData(100.1f, FrameState.Black)]
    public void A_picture_is_black_below_the_given_mean_and_filled_all_the_same(float blackMean, FrameState expected)
    {
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Gray100 }, blackMean: blackMean);
        Assert.Equal(expected, state);
        Assert.All(input, pixel => Assert.Equal(100, pixel));
    }

    [Fact]
    public void A_damaged_picture_is_corrupt_and_filled_all_the_same()
    {
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Gray100 }, spoil: frame => frame.IsDamaged = true);
        Assert.Equal(FrameState.Corrupt, state);
        Assert.All(input, pixel => Assert.Equal(100, pixel));
    }

    [Fact]
    public void A_picture_of_another_geometry_than_configured_is_a_changed_mode()
    {
        // The sector fits, so there are pixels to see, but it was meant for another layout.
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Geometry = "16x8", Sector = "0,0,2,2" });
        Assert.Equal(FrameState.ModeChanged, state);
        Assert.All(input, pixel => Assert.Equal(100, pixel));
    }

    [Fact]
    public void A_picture_that_the_sector_does_not_fit_is_a_changed_mode_and_leaves_the_input_alone()
    {
        (FrameState state, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Geometry = "16x8", Sector = "10,0,2,2" });
        Assert.Equal(FrameState.ModeChanged, state);
        Assert.All(input, pixel => Assert.Equal(7, pixel));
    }

    [Fact]
    public void An_input_of_the_wrong_size_is_a_fault_of_the_caller()
    {
        RunningFeed running = Run(Gray100);
        Preprocessor preprocessor = Preprocessor.For(new PreprocessOptions(), running.Feed);
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        Assert.Throws<ArgumentOutOfRangeException>(() => preprocessor.Fill(frame!, new byte[7], 0));
        running.See(frame!);
    }

    private (FrameState State, byte[] Input) Fill(CaptureOptions options, string? mask = null, float blackMean = 3, Action<CapturedFrame>? spoil = null)
    {
        RunningFeed running = Run(options);
        Preprocessor preprocessor = Preprocessor.For(new PreprocessOptions { Mask = mask }, running.Feed);
        byte[] input = new byte[preprocessor.Width * preprocessor.Height];
        Array.Fill(input, (byte)7);
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        spoil?.Invoke(frame!);
        FrameState state = preprocessor.Fill(frame!, input, blackMean);
        running.See(frame!);
        return (state, input);
    }

    private string Mask(int width, int height, byte[] pixels)
    {
        string path = PathOf("mask.pgm");
        File.WriteAllBytes(path, [.. System.Text.Encoding.ASCII.GetBytes($"P5 {width} {height} 255\n"), .. pixels]);
        return path;
    }
}
