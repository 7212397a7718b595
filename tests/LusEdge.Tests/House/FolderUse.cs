namespace LusEdge.Tests.House;

/// <summary>Code of one folder that uses a type of another folder or project.</summary>
/// <param name="From">The folder that uses.</param>
/// <param name="To">The folder that is used, or another project.</param>
/// <param name="Example">One place, for instance <c>VideoFeed.Read -> MqttPublisher</c>.</param>
internal sealed record FolderUse(string From, string To, string Example)
{
    /// <summary>What a built project really uses, with one example of each.</summary>
    public static IReadOnlyList<FolderUse> In(Project project)
    {
        var uses =
            from use in TypeUseReader.Read(Built(project))
            let used = Array.Find(Architecture.Projects, p => p.Assembly == use.To.Assembly)
            where used is not null && !IsCompilers(use.From) && !IsCompilers(use.To)
            let source = project.FolderOf(use.From.Namespace)
            let target = used == project ? project.FolderOf(use.To.Namespace) : used.Name
            where source is not null && target is not null && source != target
            group use by (source, target) into arrow
            let example = arrow.MinBy(use => (use.Member, use.To.Name))!
            select new FolderUse(arrow.Key.source, arrow.Key.target, $"{example.Member} -> {example.To.Name}");
        return [.. uses];
    }

    public override string ToString() => $"{From} uses {To}: {Example}";

    private static string Built(Project project)
    {
        // The tests are in artifacts/bin/LusEdge.Tests/release, the projects beside them.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.Combine(Repository.Root, "artifacts/bin", project.Name, configuration, project.Assembly + ".dll");
    }

    // <PrivateImplementationDetails>, <>z__ReadOnlyArray and the like.
    private static bool IsCompilers(TypeName type) => type.Namespace.Length == 0 && type.Name[0] == '<';
}
