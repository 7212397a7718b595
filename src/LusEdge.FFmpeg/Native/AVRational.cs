namespace LusEdge.FFmpeg.Native;

/// <summary>C's AVRational.</summary>
internal readonly record struct AVRational(int Num, int Den);
