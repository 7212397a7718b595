namespace LusEdge.Training;

/// <summary>The reason for a <see cref="TrainingException"/>.</summary>
internal enum TrainingFailure
{
    /// <summary>The tensor library can't be loaded.</summary>
    TorchUnavailable,

    /// <summary>The directory belongs to a training or search with other settings.</summary>
    SettingsMismatch,

    /// <summary>A training, an index, a clip or the ImageNet weights were not found at the given path.</summary>
    NotFound,

    /// <summary>The training has not finished.</summary>
    NotFinished,

    /// <summary>
    /// A patient, or frames of one clip, are both trained on and held out. Such a training is only for comparison and is never
    /// exported.
    /// </summary>
    Leaky,

    /// <summary>A file can't be read or has unexpected content.</summary>
    Unreadable,

    /// <summary>This machine has no font to draw charts with.</summary>
    FontMissing,

    /// <summary>An experiment or a search is invalid.</summary>
    BadExperiment,

    /// <summary>An index of clips, or a table that refers to one, has a row that can't be used.</summary>
    BadIndex,

    /// <summary>The output would overwrite something else.</summary>
    WouldOverwrite,
}
