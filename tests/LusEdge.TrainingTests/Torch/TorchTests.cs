using LusEdge.Training.Torch;

namespace LusEdge.TrainingTests.Torch;

/// <summary>
/// The tensor library has one random generator and one thread count for the whole process, so its tests must not run in parallel.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests : ICollectionFixture<TorchTests.Loaded>
{
    public const string Name = "torch";

    public sealed class Loaded
    {
        public Loaded() => TorchLibrary.Load();
    }
}
