using LusEdge.Training;

namespace LusEdge.TrainingTests;

public sealed class SeededRandomTests
{
    [Fact]
    public void Random_numbers_are_the_same_on_every_machine_and_runtime()
    {
        var stream = new SeededRandom(1, stream: 7);
        Assert.Equal([0x697B1FE3D1552D79UL, 0x740CF3E1EFFCF2C8UL], [stream.Next(), stream.Next()]);
        Assert.NotEqual(new SeededRandom(1).Next(), new SeededRandom(2).Next());
    }
}
