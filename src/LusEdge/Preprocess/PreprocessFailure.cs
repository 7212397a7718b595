namespace LusEdge.Preprocess;

/// <summary>Why frames can't be preprocessed.</summary>
public enum PreprocessFailure
{
    /// <summary>The mask file does not exist or is not readable.</summary>
    MaskNotFound,

    /// <summary>The mask file is not an 8-bit binary PGM or is cut short.</summary>
    MaskUnreadable,

    /// <summary>The mask and the sector differ in size.</summary>
    MaskSizeMismatch,

    /// <summary>The mask blanks everything out.</summary>
    MaskEmpty,
}
