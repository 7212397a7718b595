namespace LusEdge.Capture;

/// <summary>What came of reading on.</summary>
internal enum ReadStatus
{
    /// <summary>A picture.</summary>
    Picture,

    /// <summary>The source is at its end.</summary>
    End,

    /// <summary>The source broke off: <see cref="Connection.Broken"/> says how.</summary>
    Broken,
}
