using System.Xml.Linq;

namespace LusEdge.Tests.House;

/// <summary>What the built assemblies really use is what <see cref="Architecture"/> says, no more and no less.</summary>
public sealed class DependencyTests
{
    public static TheoryData<string> Projects => Architecture.ProjectNames;

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_what_the_table_allows(string name)
    {
        Project project = Named(name);
        HashSet<(string, string)> allowed = Allowed(project);
        Violations.None(FolderUse.In(project).Where(use => !allowed.Contains((use.From, use.To))).Select(use => use.ToString()));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_arrow_of_the_table_is_used(string name)
    {
        Project project = Named(name);
        Violations.None(Allowed(project).Except(FolderUse.In(project).Select(use => (use.From, use.To)))
            .Select(arrow => $"{arrow.From} may use {arrow.To}, but does not: take it out of Architecture.cs"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_use_each_other_in_a_circle(string name)
    {
        string? circle = FolderCircle.Find(FolderUse.In(Named(name)).Select(use => (use.From, use.To)));
        Violations.None(circle is null ? [] : [circle]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_table_has_a_row_for_every_folder(string name)
    {
        IEnumerable<string> folders =
            from file in Repository.SourceFiles($"src/{name}")
            let folder = Path.GetRelativePath(Path.Combine(Repository.Root, "src", name), Path.GetDirectoryName(file)!)
            select Path.GetFileName(file) == Folder.Program ? Folder.Program : folder == "." ? Folder.Root : folder;
        Assert.Equal(folders.Distinct().Order(), Named(name).Folders.Select(folder => folder.Name).Order());
    }

    [Fact]
    public void A_stage_uses_only_stages_to_its_left_and_Health_uses_none()
    {
        Violations.None(
            from folder in Named("LusEdge").Folders
            let stage = StageOf(folder.Name)
            from used in folder.Used
            where (stage >= 0 && StageOf(used) > stage) || (folder.Name == "Health" && StageOf(used) >= 0)
            select $"{folder.Name} uses {used}");

        // -1 for a folder beside the flow.
        static int StageOf(string folder) => Array.IndexOf(Architecture.Stages, folder.Split('/')[0]);
    }

    [Fact]
    public void Nothing_uses_the_pipeline_that_puts_the_stages_together() =>
        Violations.None(
            from folder in Named("LusEdge").Folders
            where folder.Used.Contains(Folder.Root)
            select $"{folder.Name} uses {Folder.Root}");

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_exactly_what_the_table_says(string name) =>
        Assert.Equal(
            Named(name).Referenced.Order(),
            XDocument.Load(Path.Combine(Repository.Root, "src", name, name + ".csproj"))
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                .Order());

    [Fact]
    public void The_appliance_restores_nothing_of_the_trainer() =>
        Assert.DoesNotContain(
            (string[])["LusEdge.Cli", "LusEdge"],
            project => File.ReadAllText(Path.Combine(Repository.Root, "src", project, "packages.lock.json"))
                .Contains("torch", StringComparison.OrdinalIgnoreCase));

    private static Project Named(string name) => Array.Find(Architecture.Projects, project => project.Name == name)!;

    private static HashSet<(string From, string To)> Allowed(Project project) =>
        [.. project.Folders.SelectMany(folder => folder.Used.Select(used => (folder.Name, used)))];
}
