using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
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
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Ramp, Sector = Sector.Parse("1,2,3,2") });
        Assert.True(facts is { IsDamaged: false, FitsGeometry: true });
        Assert.Equal([17, 18, 19, 25, 26, 27], input);
    }

    [Fact]
    public void A_mask_blanks_pixels_out_and_leaves_them_out_of_the_mean()
    {
        // One column of four: were the others counted in, the mean would be 25.
        string mask = Mask(2, 2, [0, 255, 0, 0]);
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Sector = Sector.Parse("0,0,2,2") }, mask);
        Assert.Equal(100, facts.MeanGray);
        Assert.Equal([0, 100, 0, 0], input);
    }

    [Fact]
    public void A_mask_that_does_not_fit_the_sector_is_refused_before_the_first_frame()
    {
        var e = Assert.Throws<PreprocessException>(() => Fill(new CaptureOptions { Source = Gray100 }, Mask(2, 2, [1, 1, 1, 1])));
        Assert.Equal(PreprocessFailure.MaskSizeMismatch, e.Reason);
    }

    [Fact]
    public void The_mean_gray_is_that_of_the_whole_sector()
    {
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Ramp });
        Assert.Equal(15.5f, facts.MeanGray);
        Assert.Equal(Enumerable.Range(0, 32), input.Select(pixel => (int)pixel));
    }

    [Fact]
    public void A_damaged_picture_is_reported_as_damaged_and_filled_all_the_same()
    {
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Gray100 }, spoil: frame => frame.IsDamaged = true);
        Assert.True(facts.IsDamaged);
        Assert.All(input, pixel => Assert.Equal(100, pixel));
    }

    [Fact]
    public void A_picture_of_another_geometry_than_configured_does_not_fit()
    {
        // The sector fits, so there are pixels to see, but it was meant for another layout.
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Geometry = PictureSize.Parse("16x8"), Sector = Sector.Parse("0,0,2,2") });
        Assert.False(facts.FitsGeometry);
        Assert.All(input, pixel => Assert.Equal(100, pixel));
    }

    [Fact]
    public void A_picture_that_the_sector_does_not_fit_leaves_the_input_alone()
    {
        (PictureFacts facts, byte[] input) = Fill(new CaptureOptions { Source = Gray100, Geometry = PictureSize.Parse("16x8"), Sector = Sector.Parse("10,0,2,2") });
        Assert.False(facts.FitsGeometry);
        Assert.All(input, pixel => Assert.Equal(7, pixel));
    }

    [Fact]
    public void An_input_of_the_wrong_size_is_a_fault_of_the_caller()
    {
        RunningFeed running = Run(Gray100);
        var preprocessor = new Preprocessor(new PreprocessOptions(), running.Feed.Description!);
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        Assert.Throws<ArgumentOutOfRangeException>(() => preprocessor.Fill(frame!, new byte[7]));
        running.See(frame!);
    }

    private (PictureFacts Facts, byte[] Input) Fill(CaptureOptions options, string? mask = null, Action<CapturedFrame>? spoil = null)
    {
        RunningFeed running = Run(options);
        var preprocessor = new Preprocessor(new PreprocessOptions { Mask = mask }, running.Feed.Description!);
        byte[] input = new byte[preprocessor.Width * preprocessor.Height];
        Array.Fill(input, (byte)7);
        Assert.Equal(TakeResult.Frame, running.Feed.Take(Patience, out CapturedFrame? frame));
        spoil?.Invoke(frame!);
        PictureFacts facts = preprocessor.Fill(frame!, input);
        running.See(frame!);
        return (facts, input);
    }

    private string Mask(int width, int height, byte[] pixels)
    {
        string path = PathOf("mask.pgm");
        File.WriteAllBytes(path, [.. System.Text.Encoding.ASCII.GetBytes($"P5 {width} {height} 255\n"), .. pixels]);
        return path;
    }
}
