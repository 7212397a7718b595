using LusEdge.Training;
using LusEdge.Training.Phantom;

namespace LusEdge.TrainingTests.Phantom;

/// <summary>
/// A tiny phantom collection, drawn once per test class: two clips of each grade with eight frames each, in two folds.
/// </summary>
public sealed class PhantomClips : IAsyncLifetime, IProgress<WorkProgress>
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("lusedge-phantom-").FullName;

    public string Index => Path.Combine(Directory, "index.csv");

    public async ValueTask InitializeAsync() =>
        await ClipCollection.WriteAsync(Directory, count: 14, frames: 8, seed: 1, this, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }
}
