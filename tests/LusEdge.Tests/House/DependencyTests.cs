using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LusEdge.Tests.House;

/// <summary>The folders are the stages of the data's flow, and dependencies point to the left.</summary>
public sealed partial class DependencyTests
{
    private static readonly string[] Stages = ["Capture", "Preprocess", "Infer", "Aggregate", "Publish"];

    [Fact]
    public void A_stage_uses_only_stages_to_its_left_and_no_stage_the_packages()
    {
        var allowed = Stages.Index().ToDictionary(s => s.Item, s => Stages[..(s.Index + 1)].Append("Health").ToArray());
        allowed["Health"] = ["Health"];
        allowed["Models"] = ["Preprocess", "Infer", "Models"];
        string[] folders = [.. allowed.Keys, "Configuration"];

        var broken =
            from stage in allowed
            from file in Repository.SourceFiles($"src/LusEdge/{stage.Key}")
            from Match use in UsedNamespace().Matches(File.ReadAllText(file))
            let used = use.Groups[1].Value
            where folders.Contains(used) && !stage.Value.Contains(used)
            select $"{Path.GetFileName(file)} in {stage.Key} uses {used}";
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("LusEdge.Contract", "")]
    [InlineData("LusEdge.FFmpeg", "")]
    [InlineData("LusEdge", "LusEdge.Contract LusEdge.FFmpeg")]
    [InlineData("LusEdge.Broker", "")]
    [InlineData("LusEdge.Cli", "LusEdge LusEdge.Broker")]
    [InlineData("LusEdge.Training", "LusEdge")]
    public void A_project_references_exactly_what_the_layout_says(string project, string references) =>
        Assert.Equal(
            references.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order());

    [Fact]
    public void Only_the_binding_may_use_unsafe_code() =>
        Assert.Equal(
            ["LusEdge.FFmpeg.csproj"],
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
                .Where(file => File.ReadAllText(file).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal))
                .Select(Path.GetFileName));

    [Fact]
    public void The_binding_knows_nothing_of_ultrasound() =>
        Assert.DoesNotContain(
            Repository.SourceFiles("src/LusEdge.FFmpeg"),
            file => Regex.IsMatch(File.ReadAllText(file), "ultrasound|severity|lung", RegexOptions.IgnoreCase));

    [Fact]
    public void The_appliance_restores_nothing_of_the_trainer() =>
        Assert.DoesNotContain(
            (string[])["LusEdge.Cli", "LusEdge"],
            project => File.ReadAllText(Path.Combine(Repository.Root, "src", project, "packages.lock.json")).Contains("torch", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Every_catch_of_all_exceptions_says_why()
    {
        var silent =
            from file in Repository.SourceFiles("src")
            from line in File.ReadLines(file)
            where line.Contains("catch (Exception", StringComparison.Ordinal)
                && !line.Contains("when", StringComparison.Ordinal)
                && !line.Contains("//", StringComparison.Ordinal)
            select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(silent);
    }

    private static IEnumerable<string> Items(string project, string item) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"))
            .Descendants(item).Select(e => e.Attribute("Include")!.Value);

    [GeneratedRegex(@"^using LusEdge\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();
}
