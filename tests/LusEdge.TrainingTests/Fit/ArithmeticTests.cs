using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

/// <summary>
/// TorchSharp hands a number to native code as an object with a finalizer, and does not keep it alive until the native code is
/// done with it: a collection at the wrong moment frees what is being read.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class ArithmeticTests
{
    [Fact]
    public async Task Training_survives_a_garbage_collector_that_never_rests()
    {
        using var stop = new CancellationTokenSource();
        Task collecting = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            using var trainer = new Trainer(new FitSettings { Width = 4, Size = 64, Batch = 7, Images = 7 * 1000, Threads = 1 });
            for (int i = 0; i < 50; i++) Assert.True(float.IsFinite(trainer.Advance()));
        }
        finally
        {
            await stop.CancelAsync();
            await collecting;
        }
    }
}
