using LusEdge.Training.Fit;

namespace LusEdge.Training.Clips;

/// <summary>
/// Grades every clip by a head that saw no clip of its patient: each fold is held out in turn. The temperature is fitted on the other
/// folds alone, which are held out from each other in the same way.
/// </summary>
/// <param name="frames">All frames, clip by clip.</param>
/// <param name="settings">How the heads are trained.</param>
internal sealed class CrossValidation(IReadOnlyList<BandedFrame> frames, HeadSettings settings)
{
    private readonly int[] _folds = [.. frames.Select(frame => frame.Clip.Fold).Distinct().Order()];

    /// <summary>Holds out every fold.</summary>
    /// <param name="progress">Told after every fold.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>A row a frame, in the frames' order, and the head for all that comes later.</returns>
    /// <exception cref="TrainingException">There are too few folds.</exception>
    public CrossValidated Run(IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        if (_folds.Length < 3)
        {
            throw new TrainingException(
                TrainingFailure.BadIndex, $"the index has {_folds.Length} folds; give at least 3: one held out, and two to fit the temperature on.");
        }

        var grades = new Dictionary<BandedFrame, FrameGrade>();
        var heldOut = new List<(BandedFrame Frame, float[] Logits)>();
        foreach (int held in _folds)
        {
            float temperature = Temperature(_folds.Where(fold => fold != held).SelectMany(inner =>
            {
                cancel.ThrowIfCancellationRequested();
                return Grade(Train(fold => fold != held && fold != inner), inner);
            }));
            foreach ((BandedFrame frame, float[] logits) in Grade(Train(fold => fold != held), held))
            {
                grades.Add(frame, new FrameGrade(frame.Clip.File, held, frame.Number, TemperatureScaling.Softmax(logits, temperature)));
                heldOut.Add((frame, logits));
            }

            progress.Report(new WorkProgress("folds", Array.IndexOf(_folds, held) + 1, _folds.Length));
        }

        return new CrossValidated([.. frames.Select(frame => grades[frame])], Train(_ => true), Temperature(heldOut));
    }

    private LinearHead Train(Func<int, bool> fold) =>
        HeadTrainer.Train([.. frames.Where(frame => fold(frame.Clip.Fold) && IsTrainedOn(frame.Clip))], settings);

    private IEnumerable<(BandedFrame Frame, float[] Logits)> Grade(LinearHead head, int fold) =>
        frames.Where(frame => frame.Clip.Fold == fold).Select(frame => (frame, head.Logits(frame.Values)));

    private float Temperature(IEnumerable<(BandedFrame Frame, float[] Logits)> graded)
    {
        (BandedFrame Frame, float[] Logits)[] used = [.. graded.Where(pair => IsTrainedOn(pair.Frame.Clip))];
        return TemperatureScaling.Fit([.. used.Select(pair => pair.Logits)], [.. used.Select(pair => pair.Frame.Clip.Severity)]);
    }

    private bool IsTrainedOn(LabelledClip clip) => settings.Only is null || clip.Dataset == settings.Only;
}

/// <summary>What a cross-validation came to.</summary>
/// <param name="Grades">Every frame, graded by a head that saw no frame of its patient.</param>
/// <param name="Head">Trained on all clips with the same settings.</param>
/// <param name="Temperature">For that head, fitted on the held-out frames of all folds.</param>
internal sealed record CrossValidated(IReadOnlyList<FrameGrade> Grades, LinearHead Head, float Temperature);
