namespace LusEdge.Training.Phantom;

/// <summary>
/// How a grade looks in the phantom. The starred grades of the seven-class scale have no public definition, so these are the
/// phantom's own, in order of increasing severity; docs/phantom.md describes them in words.
/// </summary>
/// <param name="Grade">The class label of scheme <c>sanmatteo-7</c>.</param>
/// <param name="ALines">Strength of the first A-line, relative to a healthy lung's.</param>
/// <param name="Irregularity">How far the pleural line wanders, relative to the most diseased line.</param>
/// <param name="Gaps">How much of the pleural line is broken, 0-1.</param>
/// <param name="Comets">Number of short vertical artefacts, which fade out before they reach the bottom.</param>
/// <param name="BLines">Number of separate B-lines.</param>
/// <param name="Confluence">Share of the pleura's width over which B-lines merge, 0-1.</param>
/// <param name="Consolidations">Number of small subpleural consolidations.</param>
/// <param name="LargeConsolidation">Probability of one large consolidation.</param>
internal sealed record Appearance(
    string Grade,
    Extent ALines,
    Extent Irregularity,
    Extent Gaps,
    (int Low, int High) Comets,
    (int Low, int High) BLines,
    Extent Confluence,
    (int Low, int High) Consolidations,
    float LargeConsolidation)
{
    /// <summary>The seven grades, in the scheme's class order.</summary>
    public static IReadOnlyList<Appearance> Grades { get; } =
    [
        new("0", new(0.85f, 1.0f), new(0.00f, 0.06f), new(0, 0), (0, 0), (0, 0), new(0, 0), (0, 0), 0),
        new("0*", new(0.30f, 0.50f), new(0.20f, 0.35f), new(0, 0.05f), (1, 3), (0, 0), new(0, 0), (0, 0), 0),
        new("1", new(0.20f, 0.35f), new(0.40f, 0.55f), new(0.05f, 0.15f), (0, 2), (1, 2), new(0, 0), (0, 0), 0),
        new("1*", new(0.08f, 0.18f), new(0.50f, 0.65f), new(0.15f, 0.25f), (0, 2), (3, 4), new(0, 0), (0, 0), 0),
        new("2", new(0.00f, 0.05f), new(0.75f, 0.90f), new(0.40f, 0.55f), (0, 0), (5, 6), new(0.12f, 0.25f), (1, 2), 0),
        new("2*", new(0, 0), new(0.80f, 1.00f), new(0.45f, 0.60f), (0, 0), (1, 2), new(0.52f, 0.68f), (1, 3), 0),
        new("3", new(0, 0), new(0.85f, 1.00f), new(0.60f, 0.75f), (0, 0), (0, 0), new(0.92f, 1.0f), (0, 1), 0.5f),
    ];
}
