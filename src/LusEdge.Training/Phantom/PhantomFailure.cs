namespace LusEdge.Training.Phantom;

/// <summary>The reason for a <see cref="PhantomException"/>.</summary>
internal enum PhantomFailure
{
    /// <summary>There is no <c>ffmpeg</c> on the PATH.</summary>
    EncoderMissing,

    /// <summary><c>ffmpeg</c> exited with an error.</summary>
    EncoderFailed,
}
