namespace LusEdge.Training;

/// <summary>Why a training can't go on or can't be exported.</summary>
internal enum TrainingFailure
{
    /// <summary>The tensor library does not load.</summary>
    TorchUnavailable,

    /// <summary>The directory holds a training that began with other settings.</summary>
    OtherSettings,

    /// <summary>A training, an index, a clip or the ImageNet weights are not where they were said to be.</summary>
    NotFound,

    /// <summary>The training has not come to its end.</summary>
    NotFinished,

    /// <summary>A patient, or frames of one clip, would be or were both trained on and held out: it is for show and no model comes of it.</summary>
    Leaky,

    /// <summary>A checkpoint's file can't be read.</summary>
    Unreadable,

    /// <summary>The machine has no font to draw charts with.</summary>
    FontMissing,

    /// <summary>An experiment or a search is wrong.</summary>
    BadExperiment,

    /// <summary>An index of clips, or a table of predictions for it, has a row that can't be used.</summary>
    BadIndex,

    /// <summary>What is to be written would replace something else.</summary>
    InTheWay,
}
