namespace LusEdge.Tests.House;

/// <summary>Finds folders that use each other, directly or by way of others.</summary>
internal static class FolderCircle
{
    /// <summary>A circle as "A -> B -> A", or null.</summary>
    public static string? Find(IEnumerable<(string From, string To)> arrows)
    {
        ILookup<string, string> uses = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var done = new HashSet<string>();
        var path = new List<string>();
        return uses.Select(folder => From(folder.Key)).FirstOrDefault(circle => circle is not null);

        string? From(string folder)
        {
            int start = path.IndexOf(folder);
            if (start >= 0) return string.Join(" -> ", [.. path[start..], folder]);
            if (!done.Add(folder)) return null;
            path.Add(folder);
            string? circle = uses[folder].Select(From).FirstOrDefault(found => found is not null);
            path.RemoveAt(path.Count - 1);
            return circle;
        }
    }
}
