using System.Diagnostics;

namespace LusEdge.TrainingTests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("phantom")]
    [InlineData("fit")]
    [InlineData("export")]
    public async Task Help_names_every_command_and_says_what_the_model_is_not_for(string command)
    {
        Assert.Contains($"\n  {command} ", (await Run("--help")).Output, StringComparison.Ordinal);
        (int code, string output, string errors) = await Run(command, "--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--images: give a whole number above 0.", "fit", "--out", "x", "--images", "0")]
    [InlineData("'--out' is required", "phantom")]
    [InlineData("'--unmark'", "export", "--training", "x", "--out", "y", "--walk", "z", "--unmark")]
    public async Task A_wrong_command_line_is_told_in_a_sentence_and_leaves_with_64(string sentence, params string[] arguments)
    {
        (int code, string output, string errors) = await Run(arguments);
        Assert.Equal((64, ""), (code, output));
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Contains($"see `lusedge-train {arguments[0]} --help`", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_training_is_told_in_a_sentence_and_leaves_with_66()
    {
        (int code, _, string errors) = await Run("export", "--training", "/nonexistent/training", "--out", "/nonexistent/model", "--walk", "walk.mp4");
        Assert.Equal(66, code);
        Assert.Equal(
            "lusedge-train: /nonexistent/training holds no training; run `lusedge-train fit --out /nonexistent/training` first.\n", errors);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "lusedge-train.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
