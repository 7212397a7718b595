namespace LusEdge.FFmpeg;

/// <summary>
/// FFmpeg can't be used, or a call into it failed. Routine results (no data yet, end of stream) are values, never exceptions.
/// </summary>
public sealed class FFmpegException : Exception
{
    /// <summary>A failed call.</summary>
    /// <param name="result">Its return value.</param>
    /// <param name="operation">What was tried, for instance <c>open the decoder</c>.</param>
    public FFmpegException(AvResult result, string operation)
        : base($"FFmpeg could not {operation}: {result}.")
    {
        Failure = FFmpegFailure.CallFailed;
        Result = result;
        Operation = operation;
    }

    /// <summary>Any other failure.</summary>
    /// <param name="failure">Its kind.</param>
    /// <param name="operation">What was tried.</param>
    /// <param name="message">A sentence that says what is wrong, where, and what to do.</param>
    public FFmpegException(FFmpegFailure failure, string operation, string message)
        : base(message)
    {
        Failure = failure;
        Result = default;
        Operation = operation;
    }

    /// <summary>The kind of failure.</summary>
    public FFmpegFailure Failure { get; }

    /// <summary>The failed call's return value; zero when no call failed.</summary>
    public AvResult Result { get; }

    /// <summary>What was tried.</summary>
    public string Operation { get; }
}
