using System.Text.RegularExpressions;

namespace LusEdge.Tests.House;

/// <summary>Rules that the source files keep.</summary>
public sealed partial class SourceTests
{
    private const int MostFiles = 15;
    private const int MostColumns = 130;

    // Folders that are one thing, with the reason why cutting them would make nothing easier to find.
    private static readonly Dictionary<string, string> LongFolders = new()
    {
        ["src/LusEdge.Contract"] = "one list: the message records, one file each",
        ["src/LusEdge.Training/Commands"] = "one list: the subcommands, one file each",
    };

    [Fact]
    public void No_folder_holds_more_than_fifteen_files_unless_it_is_one_thing()
    {
        Violations.None(
            from file in Files("src")
            group file by Path.GetDirectoryName(file)! into folder
            let isLong = folder.Count() > MostFiles
            where isLong != LongFolders.ContainsKey(folder.Key)
            select $"{folder.Key} holds {folder.Count()} files{(isLong ? "" : ": it is no exception any more")}");
    }

    [Fact]
    public void No_line_is_longer_than_130_columns()
    {
        var wide =
            from file in Files("src").Concat(Files("tests"))
            from line in File.ReadLines(Path.Combine(Repository.Root, file)).Index()
            where line.Item.Length > MostColumns
            select $"{file}:{line.Index + 1} has {line.Item.Length} columns";
        Violations.None(wide);
    }

    [Fact]
    public void A_file_of_the_product_is_in_the_folder_of_its_namespace()
    {
        var elsewhere =
            from file in Files("src")
            let line = File.ReadLines(Path.Combine(Repository.Root, file))
                .FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))
            where line is null
                ? Path.GetFileName(file) != Folder.Program
                : line != $"namespace {Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.')};"
            select $"{file}: {line}";
        Violations.None(elsewhere);
    }

    [Fact]
    public void Only_the_binding_may_use_unsafe_code() =>
        Assert.Equal(
            ["LusEdge.FFmpeg.csproj"],
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
                .Where(file => File.ReadAllText(file).Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal))
                .Select(Path.GetFileName));

    [Fact]
    public void The_binding_knows_nothing_of_ultrasound() =>
        Violations.None(
            from file in Files("src/LusEdge.FFmpeg")
            from Match word in Regex.Matches(
                File.ReadAllText(Path.Combine(Repository.Root, file)), "ultrasound|severity|lung", RegexOptions.IgnoreCase)
            select $"{file}: {word.Value}");

    [Fact]
    public void Every_catch_of_all_exceptions_says_why() =>
        Violations.None(
            from file in Files("src")
            from Match silent in SilentCatch().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
            select $"{file}: {silent.Value}");

    [Fact]
    public void Files_are_read_whole_only_by_the_reader_with_bounds() =>
        Violations.None(
            from file in Files("src/LusEdge").Concat(Files("src/LusEdge.Cli"))
            where Path.GetFileName(file) != "BoundedFile.cs"
            from Match read in UnboundedRead().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
            select $"{file}: {read.Value}: use BoundedFile");

    private static IEnumerable<string> Files(string folder) =>
        Repository.SourceFiles(folder).Select(file => Path.GetRelativePath(Repository.Root, file));

    // With neither a filter, which may be on the next line, nor a comment.
    [GeneratedRegex(@"catch \(Exception\b[^)]*\)(?!\s*when\b)(?!.*//).*")]
    private static partial Regex SilentCatch();

    // OpenRead of a FileInfo and a StreamReader of a path, too.
    [GeneratedRegex(
        @"(?<!Bounded)File\.(ReadAll|ReadLines|OpenRead|OpenText)\w*|\w\.OpenRead\(\)|FromPemFile|new StreamReader\(")]
    private static partial Regex UnboundedRead();
}
