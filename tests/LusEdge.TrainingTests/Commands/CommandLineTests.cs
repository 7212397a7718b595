namespace LusEdge.TrainingTests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("phantom")]
    [InlineData("index")]
    [InlineData("fit")]
    [InlineData("search")]
    [InlineData("calibrate")]
    [InlineData("export")]
    [InlineData("quantize")]
    [InlineData("evaluate")]
    [InlineData("keygen")]
    [InlineData("sign")]
    [InlineData("report")]
    public async Task Help_lists_every_command(string command)
    {
        Assert.Contains($"\n  {command} ", (await CommandLine.Run("--help")).Output, StringComparison.Ordinal);
        (int code, string output, string errors) = await CommandLine.Run(command, "--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'--out' is required", "fit", "x")]
    [InlineData("'--unmark'", "fit", "x", "--out", "y", "--unmark")]
    [InlineData("--pattern: it has no group", "index", "x", "--pattern", "(.*)")]
    [InlineData("--folds: give at least 2", "index", "x", "--folds", "1")]
    [InlineData("'--out' is required", "phantom")]
    [InlineData("'--unmark'", "export", "--training", "x", "--out", "y", "--walk", "z", "--unmark")]
    [InlineData("--cam: also give --model", "report", "--training", "x", "--out", "y.html", "--cam", "3")]
    [InlineData("--cam: give a whole number, 0 or more", "report", "--training", "x", "--out", "y.html", "--cam", "-1")]
    [InlineData("--out: give a name that ends in .html", "report", "--training", "x", "--out", "y.pdf")]
    [InlineData("--index, --pictures: give one of the two.", "quantize", "x", "--out", "z")]
    public async Task An_invalid_command_line_prints_one_sentence_and_exits_with_64(string sentence, params string[] arguments)
    {
        (int code, string output, string errors) = await CommandLine.Run(arguments);
        Assert.Equal((64, ""), (code, output));
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Contains($"see `lusedge-train {arguments[0]} --help`", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_training_prints_one_sentence_and_exits_with_66()
    {
        (int code, _, string errors) = await CommandLine.Run(
            "export", "--training", "/nonexistent/training", "--out", "/nonexistent/model", "--walk", "walk.mp4");
        Assert.Equal(66, code);
        Assert.Equal(
            "lusedge-train: /nonexistent/training contains no training; run `lusedge-train fit EXPERIMENT.json --out "
                + "/nonexistent/training` first.\n", errors);
    }

    [Fact]
    public async Task A_missing_index_prints_one_sentence_and_exits_with_66()
    {
        (int code, _, string errors) =
            await CommandLine.Run("evaluate", "--index", "/nonexistent/index.csv", "--predictions", "x");
        Assert.Equal(
            (66, "lusedge-train: /nonexistent/index.csv: can't be read; give the path of an index of clips.\n"), (code, errors));
    }

    [Fact]
    public async Task A_bad_row_prints_one_sentence_and_exits_with_65()
    {
        string index = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(index, "file,dataset,patient,fold,severity,frames\na.mp4,blues,p,1,5,60\n",
                TestContext.Current.CancellationToken);
            (int code, _, string errors) = await CommandLine.Run("evaluate", "--predictions", "x", "--index", index);
            Assert.Equal(
                (65, $"lusedge-train: {index}: row 2: severity is \"5\"; give a whole number from 0 to 3.\n"), (code, errors));
        }
        finally
        {
            File.Delete(index);
        }
    }

    [Fact]
    public async Task A_key_is_never_overwritten_and_signs_only_packages()
    {
        string folder = Directory.CreateTempSubdirectory("lusedge-test-").FullName;
        try
        {
            string key = Path.Combine(folder, "site.key"), model = Path.Combine(folder, "model");
            (int code, string output, _) = await CommandLine.Run("keygen", "--out", key);
            Assert.Equal(0, code);
            Assert.Contains("never put it on a box", output, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
            (code, _, string errors) = await CommandLine.Run("keygen", "--out", key);
            string refused = $"{key}: the file already exists, and an overwritten key would be lost. Name another file.";
            Assert.Equal((65, $"lusedge-train: {refused}\n"), (code, errors));

            (code, _, errors) = await CommandLine.Run("sign", model, "--key", key);
            Assert.Equal(66, code);
            Assert.Contains("manifest.json: can't be read", errors, StringComparison.Ordinal);
            (code, _, errors) = await CommandLine.Run("sign", model, "--key", Path.Combine(folder, "none.key"));
            Assert.Equal(66, code);
            Assert.Contains("none.key: can't be read", errors, StringComparison.Ordinal);
            (code, _, errors) = await CommandLine.Run("sign", model, "--key", Path.Combine(folder, "site.pub"));
            Assert.Equal(65, code);
            Assert.Contains("not a private Ed25519 key", errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
