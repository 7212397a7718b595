using LusEdge.Training.Torch;

namespace LusEdge.TrainingTests.Torch;

/// <summary>
/// The tensor library has one random generator and one number of threads for the whole process: its tests take turns.
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
