using System.Text;

namespace LusEdge.Tests.House;

/// <summary>docs/architecture.md, written from <see cref="Architecture"/>.</summary>
internal static class ArchitectureDocument
{
    private const string Introduction =
        """
        # Architecture

        <!-- Generated from tests/LusEdge.Tests/House/Architecture.cs by a test, which says how to accept a change. -->

        Start with [FramePipeline.cs](../src/LusEdge/FramePipeline.cs): its loop takes each frame through the stages, which are
        folders of `src/LusEdge`:

        STAGES

        * A folder is a namespace. An arrow A → B means that code in A uses a type of B.
        * A stage may use any stage to its left. Only the root of LusEdge, with `FramePipeline` and `Appliance`, sees all of them.
        * Stages report to Health, and Health uses no stage. The other folders stand beside the flow, and no stage knows Models:
          it loads what Infer runs.
        * There are no circles between folders.
        * The diagrams leave out an arrow where others lead to the same place. The tables list every use, and the tests compare
          them with the built assemblies: they fail on a use that is not listed, and on a listed use that no code makes.
        """;

    /// <summary>The whole document.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append(Introduction.Replace("STAGES", string.Join(" → ", Architecture.Stages), StringComparison.Ordinal));
        text.Append("\n\n## Projects\n\n");
        Diagram(text, Architecture.Projects.Select(p => (p.Name, p.Referenced)));
        Table(
            text,
            "project",
            "references",
            Architecture.Projects.Select(p => ($"[{p.Name}](../src/{p.Name})", p.Purpose, p.Referenced)));
        foreach (Project project in Architecture.Projects.Where(p => p.Folders.Length > 1))
        {
            text.Append($"\n## {project.Name}\n\n");
            Diagram(text, project.Folders.Select(f => (f.Name, Own(project, f))));
            Table(text, "folder", "uses", project.Folders.Select(f => ($"`{f.Name}`", f.Purpose, f.Used)));
        }

        return text.ToString();
    }

    private static IReadOnlyList<string> Own(Project project, Folder folder) =>
        [.. folder.Used.Where(used => project.Folders.Any(other => other.Name == used))];

    private static void Diagram(StringBuilder text, IEnumerable<(string Name, IReadOnlyList<string> Used)> nodes)
    {
        Dictionary<string, IReadOnlyList<string>> uses = nodes.ToDictionary(node => node.Name, node => node.Used);
        text.Append("```mermaid\nflowchart LR\n");
        foreach (string name in uses.Keys) text.Append($"  {Id(name)}[\"{name}\"]\n");
        foreach ((string name, IReadOnlyList<string> used) in uses)
        {
            HashSet<string> reached = [];
            foreach (string next in used) Reach(next, reached);
            foreach (string direct in used.Except(reached)) text.Append($"  {Id(name)} --> {Id(direct)}\n");
        }

        text.Append("```\n\n");

        void Reach(string from, HashSet<string> reached)
        {
            foreach (string next in uses[from])
            {
                if (reached.Add(next)) Reach(next, reached);
            }
        }
    }

    private static void Table(
        StringBuilder text, string what, string uses, IEnumerable<(string Name, string Purpose, IReadOnlyList<string> Used)> rows)
    {
        text.Append($"| {what} | purpose | {uses} |\n|---|---|---|\n");
        foreach ((string name, string purpose, IReadOnlyList<string> used) in rows)
        {
            text.Append($"| {name} | {purpose} | {(used.Count == 0 ? "–" : string.Join(", ", used))} |\n");
        }
    }

    private static string Id(string name) => string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
}
