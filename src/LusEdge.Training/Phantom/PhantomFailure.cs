namespace LusEdge.Training.Phantom;

/// <summary>Why a phantom clip or picture could not be written.</summary>
internal enum PhantomFailure
{
    /// <summary>There is no <c>ffmpeg</c> on the PATH.</summary>
    EncoderMissing,

    /// <summary><c>ffmpeg</c> ran and refused.</summary>
    EncoderFailed,
}
