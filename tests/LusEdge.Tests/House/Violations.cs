namespace LusEdge.Tests.House;

/// <summary>A rule's outcome. Unlike <c>Assert.Empty</c>, it prints every violation in full.</summary>
internal static class Violations
{
    /// <summary>Fails with one line per violation.</summary>
    public static void None(IEnumerable<string> found)
    {
        string[] violations = [.. found];
        if (violations.Length > 0) Assert.Fail(string.Join('\n', [$"{violations.Length} violations:", .. violations]));
    }
}
