using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>A way of training on some frames and grading others: the network itself, or a head on its features.</summary>
internal interface ITrainingMethod : IDisposable
{
    /// <summary>The file that holds what was trained.</summary>
    string FileName { get; }

    /// <summary>All frames, clip by clip, with the numbers that they have in their clips.</summary>
    IReadOnlyList<int> NumbersOf(LabelledClip clip);

    /// <summary>Trains, or goes on where a run before was stopped, and leaves <see cref="FileName"/> in the folder.</summary>
    /// <param name="folder">An existing folder of its own.</param>
    /// <param name="fold">What is held out, for the history and the progress; <c>all</c> for nothing.</param>
    /// <param name="samples">What to train on.</param>
    /// <param name="progress">Told often.</param>
    /// <param name="cancel">Stops; what was done by then is kept in the folder.</param>
    /// <returns>How it went.</returns>
    IReadOnlyList<HistoryRow> Train(string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel);

    /// <summary>Deletes what only a run that goes on would need: weights and history are in place.</summary>
    /// <param name="folder">The folder that was trained in.</param>
    void Finish(string folder)
    {
    }

    /// <summary>Grades frames with what was trained in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="samples">The frames.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>Their logits.</returns>
    IReadOnlyList<float[]> Grade(string folder, IReadOnlyList<Sample> samples, CancellationToken cancel);
}
