namespace LusEdge.Training;

/// <summary>The progress of a long operation.</summary>
/// <param name="Stage">What is being done, in a word or two.</param>
/// <param name="Done">Steps, pictures or frames completed.</param>
/// <param name="Total">Steps, pictures or frames in total.</param>
/// <param name="Note">Anything else worth showing, or null.</param>
internal readonly record struct WorkProgress(string Stage, int Done, int Total, string? Note = null);
