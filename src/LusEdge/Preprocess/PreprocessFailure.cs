namespace LusEdge.Preprocess;

/// <summary>Why the frames can't be prepared.</summary>
public enum PreprocessFailure
{
    /// <summary>The mask's file does not exist or may not be read.</summary>
    MaskNotFound,

    /// <summary>The mask's file is no 8-bit binary PGM, or is cut short.</summary>
    MaskUnreadable,

    /// <summary>The mask is of another size than the sector.</summary>
    MaskOfOtherSize,

    /// <summary>The mask blanks everything out.</summary>
    MaskEmpty,
}
