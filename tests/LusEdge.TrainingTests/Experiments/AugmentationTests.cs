using LusEdge.Training.Experiments;
using LusEdge.TrainingTests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.TrainingTests.Experiments;

[Collection(TorchTests.Name)]
public sealed class AugmentationTests
{
    private const int Size = 24;

    public static TheoryData<string, double, double> Steps() => new()
    {
        { "flip", 0, 0 }, { "crop", 0.5, 0.8 }, { "rotate", 10, 20 }, { "brightness", 20, 30 }, { "contrast", 1.3, 1.5 },
        { "gain", 0.8, 0.9 }, { "gamma", 1.3, 1.5 },
        { "noise", 5, 10 }, { "blur", 1, 2 }, { "erase", 0.2, 0.4 },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void An_operation_changes_a_picture_reproducibly_for_a_seed_and_number(string name, double low, double high)
    {
        AugmentationStep[] steps = [new(name) { Low = low, High = high }];
        float[] first = Apply(steps, 1, 2), again = Apply(steps, 1, 2), picture = Picture();
        Assert.Equal(first, again);
        Assert.NotEqual(picture, first);
        Assert.All(first, level => Assert.InRange(level, 0, 255));
        if (name != "flip") Assert.NotEqual(first, Apply(steps, 1, 3));
        Assert.Equal(picture, Apply([steps[0] with { Probability = 0 }], 1, 2));
    }

    [Fact]
    public void Every_operation_has_a_test() =>
        Assert.Equal(Augmentation.Operations.Keys.Order(), Steps().Select(step => step.Data.Item1).Order());

    [Fact]
    public void Neutral_strengths_leave_the_picture_unchanged()
    {
        AugmentationStep[] steps =
        [
            new("crop") { Low = 1, High = 1 }, new("rotate"), new("brightness"), new("contrast") { Low = 1, High = 1 },
            new("gain") { Low = 1, High = 1 }, new("gamma") { Low = 1, High = 1 },
            new("noise"), new("blur") { Low = 0.01, High = 0.01 }, new("erase"),
        ];
        Assert.All(Picture().Zip(Apply(steps, 1, 1)), pair => Assert.Equal(pair.First, pair.Second, 0.02f));
    }

    [Fact]
    public void A_flip_swaps_left_and_right_and_an_erased_square_is_black()
    {
        float[] picture = Picture(), flipped = Apply([new("flip")], 1, 1);
        for (int row = 0; row < Size; row++)
            Assert.Equal(picture.AsSpan(row * Size, Size).ToArray().Reverse(), flipped.AsSpan(row * Size, Size).ToArray());
        float[] erased = Apply([new("erase") { Low = 0.5, High = 0.5 }], 1, 1);
        Assert.Equal(12 * 12, erased[..(Size * Size)].Count(level => level == 0));
    }

    private static float[] Apply(AugmentationStep[] steps, ulong seed, ulong number)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor changed = Augmentation.Apply(tensor(Picture(), [2, 1, Size, Size]), steps, seed, number);
        return changed.contiguous().data<float>().ToArray();
    }

    /// <summary>Two smooth pictures without symmetry and without black.</summary>
    private static float[] Picture() =>
        [.. Enumerable.Range(0, 2 * Size * Size)
            .Select(i => 100 + 60 * MathF.Sin(i % Size * 0.3f) + 40 * MathF.Cos(i / Size * 0.17f))];
}
