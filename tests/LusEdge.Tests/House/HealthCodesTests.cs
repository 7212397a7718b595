using System.Text.RegularExpressions;
using LusEdge.Health;

namespace LusEdge.Tests.House;

/// <summary>docs/mqtt.md lists every health code, its status, and what clears it.</summary>
public sealed partial class HealthCodesTests
{
    [Fact]
    public void Every_health_code_is_documented_with_its_status_and_what_clears_it()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs/mqtt.md"));
        MatchCollection rows = Row().Matches(document[document.IndexOf("### Health", StringComparison.Ordinal)..]);
        Assert.Equal(
            HealthCode.All.Select(code => (code.Name, code.Status.ToString().ToLowerInvariant())),
            rows.Select(row => (row.Groups["code"].Value, row.Groups["status"].Value)));
        Assert.All(rows, row => Assert.NotEmpty(row.Groups["cleared"].Value.Trim()));
    }

    [GeneratedRegex(
        @"^\| `(?<code>\w+)` \| (?<status>ok|degraded|failed) \| [^|]+ \|(?<cleared>[^|]+)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
