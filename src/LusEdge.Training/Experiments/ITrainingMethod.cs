using LusEdge.Training.Clips;

namespace LusEdge.Training.Experiments;

/// <summary>
/// A way of training on some frames and grading others: fine-tuning a network, or training a head on its features.
/// </summary>
internal interface ITrainingMethod : IDisposable
{
    /// <summary>The name of the file with the result of a training.</summary>
    string FileName { get; }

    /// <summary>The numbers of the frames that are used of a clip.</summary>
    IReadOnlyList<int> FrameNumbers(LabelledClip clip);

    /// <summary>Trains, or continues an interrupted training, and writes <see cref="FileName"/> into the folder.</summary>
    /// <param name="folder">An existing folder for this training only.</param>
    /// <param name="fold">The held-out part, for the history and the progress; <c>all</c> if nothing is held out.</param>
    /// <param name="samples">The frames to train on.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancel">Stops the work; the folder keeps what has been done so far.</param>
    /// <returns>The history of the training.</returns>
    IReadOnlyList<HistoryRow> Train(
        string folder, string fold, IReadOnlyList<Sample> samples, IProgress<WorkProgress> progress, CancellationToken cancel);

    /// <summary>Deletes everything that is only needed to continue, once weights and history have been written.</summary>
    /// <param name="folder">The folder of the training.</param>
    void Finish(string folder)
    {
    }

    /// <summary>Grades frames with the result of a training.</summary>
    /// <param name="folder">The folder of the training.</param>
    /// <param name="samples">The frames.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <returns>The logits of each frame.</returns>
    IReadOnlyList<float[]> Grade(string folder, IReadOnlyList<Sample> samples, CancellationToken cancel);
}
