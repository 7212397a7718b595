namespace LusEdge.Infer;

/// <summary>
/// A severity scale: its classes in the model's output order, and the integer that each class adds to a sum.
/// A starred class counts as its integer part (after La Salvia et al. 2021, doi 10.1016/j.compbiomed.2021.104742).
/// </summary>
/// <param name="Id">
/// For instance <c>iclus-4</c> or <c>sanmatteo-7</c>. Part of every result: never sum or compare across schemes.
/// </param>
/// <param name="Grades">The class labels, for instance 0, 0*, 1, 1*, 2, 2*, 3.</param>
/// <param name="Severities">The integer part of each class, 0-3, in the same order.</param>
public sealed record ScoringScheme(string Id, IReadOnlyList<string> Grades, IReadOnlyList<int> Severities);
