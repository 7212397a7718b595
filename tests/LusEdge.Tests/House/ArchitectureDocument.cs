using System.Text;

namespace LusEdge.Tests.House;

/// <summary>docs/architecture.md, written from <see cref="Architecture"/>.</summary>
internal static class ArchitectureDocument
{
    private const string Introduction =
        """
        # Architecture

        <!-- Generated from tests/LusEdge.Tests/House/Architecture.cs by a test. Its failure says how to accept a change. -->

        Start with [FramePipeline.cs](../src/LusEdge/FramePipeline.cs): its loop takes each frame through the stages, which are
        folders of `src/LusEdge`. A frame travels in this order:

        > STAGES

        * A folder is a namespace; `(root)` is the code directly in the project's folder.
        * A stage may use any stage before it. Only the root of LusEdge, with `FramePipeline` and `Appliance`, sees all of them.
        * Below the stages, for all of them to use: Metering, Health, Machine and Secrets, which use no stage.
        * Above the stages, which do not know them: Models, Inbox, Probe and Configuration. Models loads what Infer runs.
        * A model is trained in this order: Clips, Fit (by Frozen or Finetune), Calibrate, Export, Quantize, Sign. Report shows
          how good it is.

        In the diagrams, an arrow from A to B means that code in A uses a type of B, so it points against the flow of the frames.
        Arrows that are implied by other arrows are left out, and so are uses of other projects. The tables list every use;
        references are transitive. There are no cycles. Tests compare the tables with the built assemblies: they fail on a use
        that is not listed, and on a listed use that does not occur.
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
