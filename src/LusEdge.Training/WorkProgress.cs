namespace LusEdge.Training;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Stage">What is being done, one word.</param>
/// <param name="Done">Steps, pictures or frames done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Note">What else is worth seeing, or null.</param>
internal readonly record struct WorkProgress(string Stage, int Done, int Total, string? Note = null);
