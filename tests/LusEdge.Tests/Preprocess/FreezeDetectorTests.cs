using LusEdge.Preprocess;

namespace LusEdge.Tests.Preprocess;

public sealed class FreezeDetectorTests
{
    private const int Width = 350;
    private const int Height = 300;
    private static readonly TimeSpan After = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan FrameInterval = TimeSpan.FromMilliseconds(40);
    private readonly Random _random = new(5);
    private readonly byte[] _picture = new byte[Width * Height];

    [Fact]
    public void A_picture_is_frozen_after_the_given_time_until_it_moves()
    {
        FreezeDetector detector = New(0.7f);
        Draw(shift: 0);
        for (int i = 0; i < 20; i++) Assert.False(Examine(detector, i), $"frame {i}");
        for (int i = 20; i < 60; i++) Assert.True(Examine(detector, i), $"frame {i}");
        Draw(shift: 30);
        Assert.False(Examine(detector, 60));
        Assert.False(Examine(detector, 79));
        Assert.True(Examine(detector, 80));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Noise_does_not_count_as_movement(int amplitude)
    {
        FreezeDetector detector = New(0.7f);
        for (int i = 0; i < 100; i++)
        {
            Draw(shift: 0, amplitude);
            Assert.Equal(i >= 20, Examine(detector, i));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.05)]
    public void Slow_movement_is_never_frozen_because_it_adds_up(double pixelsPerFrame)
    {
        FreezeDetector detector = New(0.7f);
        for (int i = 0; i < 200; i++)
        {
            Draw(shift: i * pixelsPerFrame, amplitude: 3);
            Assert.False(Examine(detector, i), $"frame {i}");
        }
    }

    [Theory]
    [InlineData(1f, true)]
    [InlineData(0.99f, false)]
    public void The_difference_is_the_mean_in_gray_levels_over_the_whole_picture(float difference, bool same)
    {
        // Half of the cells are two levels brighter: one level on average.
        FreezeDetector detector = New(difference);
        Array.Fill(_picture, (byte)100);
        Examine(detector, 0);
        _picture.AsSpan(0, _picture.Length / 2).Fill(102);
        Assert.Equal(same, Examine(detector, 20));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(49, 47)]
    [InlineData(4097, 5)]
    [InlineData(3, 9001)]
    public void A_picture_of_any_size_equals_itself_and_differs_from_a_brighter_one(int width, int height)
    {
        var detector = new FreezeDetector(0.5f, width, height);
        byte[] picture = new byte[width * height];
        // Brightest first: it would overflow first.
        Array.Fill(picture, byte.MaxValue);
        Assert.Equal(TimeSpan.Zero, detector.StillFor(picture, TimeSpan.Zero));
        Assert.Equal(After, detector.StillFor(picture, After));
        Array.Fill(picture, (byte)254);
        Assert.Equal(TimeSpan.Zero, detector.StillFor(picture, 2 * After));
        Assert.Equal(After, detector.StillFor(picture, 3 * After));
    }

    [Fact]
    public void Time_going_back_restarts_the_measurement()
    {
        FreezeDetector detector = New(0.7f);
        Draw(shift: 0);
        Examine(detector, 1000);
        Assert.True(Examine(detector, 1020));
        Assert.False(Examine(detector, 0));
        Assert.True(Examine(detector, 20));
    }

    [Fact]
    public void Examining_a_picture_allocates_nothing()
    {
        FreezeDetector detector = New(0.7f);
        Draw(shift: 0, amplitude: 4);
        Examine(detector, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 300; i++) Examine(detector, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static FreezeDetector New(float difference) => new(difference, Width, Height);

    private bool Examine(FreezeDetector detector, int frame) => detector.StillFor(_picture, frame * FrameInterval) >= After;

    /// <summary>Draws waves, shifted to the right, with noise that differs from picture to picture.</summary>
    private void Draw(double shift, int amplitude = 0)
    {
        for (int i = 0; i < _picture.Length; i++)
        {
            double wave = 100 + (60 * Math.Sin(((i % Width) - shift) / 15)) + (20 * Math.Sin(i / Width / 9));
            _picture[i] = (byte)(wave + _random.Next(-amplitude, amplitude + 1));
        }
    }
}
