using System.Text.Json;
using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Report;

/// <summary>The commands report and evaluate, run as a user does.</summary>
public sealed class ReportCommandTests : IDisposable
{
    private readonly TrainingFixture _fixture = new();

    private string Page => Path.Combine(_fixture.Root, "report.html");

    [Fact]
    public async Task A_report_is_written_as_HTML_and_Markdown_and_nothing_else()
    {
        (int code, string output, string errors) = await CommandLine.Run(
            "report", "--training", _fixture.Training, "--leaky", _fixture.Leaky, "--trials", _fixture.Trials, "--out", Page);
        Assert.Equal(0, code);
        Assert.DoesNotContain(
            "path effect", errors, StringComparison.Ordinal); // Skia's warning about a dashed line that it can't draw.
        Assert.Contains("report.html: written", output, StringComparison.Ordinal);
        Assert.Equal(
            ["index.csv", "report.html", "report.md", "trials.csv"], Directory.GetFiles(_fixture.Root).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        Assert.Contains(Predictions.LeakyWarning, await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_by_patient_is_refused_as_the_leaky_one()
    {
        (int code, string output, string errors) =
            await CommandLine.Run("report", "--training", _fixture.Training, "--leaky", _fixture.Training, "--out", Page);
        Assert.Equal(
            (65, "", $"lusedge-train: {_fixture.Training}: it was split by patient; "
                + "--leaky must name a training made with `fit --leaky`.\n"), (code, output, errors));
        Assert.False(File.Exists(Page));
    }

    [Fact]
    public async Task Trainings_that_differ_in_more_than_the_split_are_not_compared()
    {
        (int code, _, string errors) =
            await CommandLine.Run("report", "--training", _fixture.Leaky, "--leaky", _fixture.Leaky, "--out", Page);
        Assert.Equal(65, code);
        Assert.Contains("it was split by frame; --training must name", errors, StringComparison.Ordinal);

        string record = Path.Combine(_fixture.Leaky, "record.json");
        await File.WriteAllTextAsync(
            record,
            (await File.ReadAllTextAsync(record, TestContext.Current.CancellationToken))
                .Replace("0123abcd", "4567abcd", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        (code, _, errors) =
            await CommandLine.Run("report", "--training", _fixture.Training, "--leaky", _fixture.Leaky, "--out", Page);
        Assert.Equal(65, code);
        Assert.Contains("it was trained on other clips or labels", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Page));
    }

    [Fact]
    public async Task A_directory_without_a_training_exits_with_66()
    {
        (int code, _, string errors) = await CommandLine.Run("report", "--training", "/nonexistent", "--out", Page);
        Assert.Equal(
            (66, "lusedge-train: /nonexistent contains no training; run `lusedge-train fit EXPERIMENT.json "
                + "--out /nonexistent` first.\n"), (code, errors));
    }

    [Fact]
    public async Task Evaluate_warns_about_the_leak_on_screen_and_in_the_file()
    {
        string json = Path.Combine(_fixture.Root, "figures.json");
        (int code, string output, _) = await CommandLine.Run(
            "evaluate", "--predictions", Path.Combine(_fixture.Leaky, "predictions.csv"), "--index", _fixture.Index, "--scheme",
            "iclus-4", "--json", json);
        Assert.Equal(0, code);
        Assert.Equal(3, output.Split(Predictions.LeakyWarning).Length);
        using JsonDocument written = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        Assert.True(written.RootElement.GetProperty("leaky").GetBoolean());
        Assert.Equal(Predictions.LeakyWarning, written.RootElement.GetProperty("warning").GetString());
        Assert.Equal(1, written.RootElement.GetProperty("sets")[0].GetProperty("frame").GetProperty("accuracy")
            .GetProperty("value").GetDouble());
    }

    public void Dispose() => _fixture.Dispose();
}
