using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LusEdge.Configuration;
using LusEdge.Contract;

namespace LusEdge.Tests.House;

/// <summary>What the documents say is so.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

    [Theory]
    [InlineData("./install.sh --demo")]
    [InlineData("./tests/run.sh")]
    public void The_two_commands_are_in_the_readme_and_can_be_run(string command)
    {
        Assert.Contains(command, Readme);
        string file = Path.Combine(Repository.Root, command.Split(' ')[0]);
        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Ci_runs_exactly_the_readmes_test_command() =>
        Assert.Equal("#!/bin/sh\nexec ./tests/run.sh\n", File.ReadAllText(Path.Combine(Repository.Root, ".ci/run")));

    [Fact]
    public void Whoever_reads_it_learns_what_it_is_not() => Assert.Contains(Disclaimer.Text, Readme);

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var broken =
            from document in Documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = link.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let path = Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0])
            where !Path.Exists(path)
            select $"{Path.GetFileName(document)}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_package_that_ships_is_named_in_a_decision_record()
    {
        string decisions = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md").Select(File.ReadAllText));
        string[] direct =
        [
            .. from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
               from reference in XDocument.Load(file).Descendants("PackageReference")
               select reference.Attribute("Include")!.Value,
        ];
        Assert.NotEmpty(direct);
        Assert.DoesNotContain(direct.Distinct(), package => !decisions.Contains($"`{package}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_decision_record_has_its_number_and_its_three_sections()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/decisions"), "*.md"))
        {
            string[] lines = File.ReadAllLines(file);
            Assert.StartsWith($"# {int.Parse(Path.GetFileName(file)[..4], null)}. ", lines[0], StringComparison.Ordinal);
            Assert.Equal(["## Context", "## Decision", "## Consequences"], lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_readme_fits_one_screen_and_a_half() => Assert.InRange(Readme.Split('\n').Length, 1, 85);

    [Fact]
    public void Every_key_of_the_configuration_is_in_its_document_and_the_other_way_round()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Repository.Root, "docs/configuration.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        Assert.Equal(Keys(ConfigurationFile.Schema(), "").Order(), documented.Order());
    }

    private static IEnumerable<string> Keys(JsonNode schema, string place) =>
        schema["properties"] is JsonObject properties
            ? properties.SelectMany(p => Keys(p.Value!, place.Length == 0 ? p.Key : $"{place}:{p.Key}"))
            : [place];

    [Fact]
    public void Every_promise_has_a_test_that_exists()
    {
        string promises = File.ReadAllText(Path.Combine(Repository.Root, "docs/promises.md"));
        string tests = string.Concat(Repository.SourceFiles("tests").Select(File.ReadAllText));
        MatchCollection named = TestName().Matches(promises);

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named.Select(m => m.Groups[1].Value), test => !tests.Contains($" {test}(", StringComparison.Ordinal));
        foreach (string row in promises.Split('\n').Where(l => l.StartsWith("| P", StringComparison.Ordinal))) Assert.Matches(TestName(), row);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Z][a-z0-9]*(?:_\w+)+)`")]
    private static partial Regex TestName();
}
