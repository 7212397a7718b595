using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LusEdge.Configuration;
using LusEdge.Contract;

namespace LusEdge.Tests.House;

/// <summary>The documents agree with the code.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"));

    [Theory]
    [InlineData("./install.sh --demo")]
    [InlineData("./tests/run.sh")]
    public void The_readmes_two_commands_exist_and_are_executable(string command)
    {
        Assert.Contains(command, Readme);
        string file = Path.Combine(Repository.Root, command.Split(' ')[0]);
        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Ci_runs_exactly_the_readmes_test_command() =>
        Assert.Equal("#!/bin/sh\nexec ./tests/run.sh\n", File.ReadAllText(Path.Combine(Repository.Root, ".ci/run")));

    [Fact]
    public void The_readme_has_the_disclaimer() => Assert.Contains(Disclaimer.Text, Readme);

    [Fact]
    public void Every_relative_link_resolves()
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
        string folder = Path.Combine(Repository.Root, "docs/decisions");
        string decisions = string.Concat(Directory.EnumerateFiles(folder, "*.md").Select(File.ReadAllText));
        string[] direct =
        [
            .. from file in Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
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
            Assert.Equal(
                ["## Context", "## Decision", "## Consequences"],
                lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_readme_fits_one_screen_and_a_half() => Assert.InRange(Readme.Split('\n').Length, 1, 85);

    [Fact]
    public void The_configuration_document_lists_exactly_the_keys_that_exist()
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
    public void Every_promise_names_tests_that_exist()
    {
        string promises = File.ReadAllText(Path.Combine(Repository.Root, "docs/promises.md"));
        string tests = string.Concat(Repository.SourceFiles("tests").Select(File.ReadAllText));
        MatchCollection named = TestName().Matches(promises);

        Assert.NotEmpty(named);
        Assert.DoesNotContain(
            named.Select(m => m.Groups[1].Value), test => !tests.Contains($" {test}(", StringComparison.Ordinal));
        Assert.All(
            promises.Split('\n').Where(line => line.StartsWith("| P", StringComparison.Ordinal)),
            row => Assert.Matches(TestName(), row));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Z][a-z0-9]*(?:_\w+)+)`")]
    private static partial Regex TestName();
}
