namespace LusEdge.Capture;

/// <summary>The outcome of reading.</summary>
internal enum ReadStatus
{
    /// <summary>A picture.</summary>
    Picture,

    /// <summary>The source is at its end.</summary>
    End,

    /// <summary>The source broke off: see <see cref="Connection.Broken"/>.</summary>
    Broken,
}
