using System.Net;
using System.Xml.Linq;
using LusEdge.Contract;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Report;

namespace LusEdge.TrainingTests.Report;

public sealed class TrainingReportTests : IDisposable
{
    private readonly TrainingFixture _fixture = new();

    [Fact]
    public void The_page_is_complete_and_self_contained()
    {
        ReportPage report = Compose(leaky: true);
        Assert.Equal(
            [
                "In short", "What was trained", "Learning curves", "Figures on one", "Figures on two",
                "Split by patient and split by frame", "What was tried",
                "Where the model looks", "How the figures are defined",
            ],
            report.Sections.Select(section => section.Title));
        string html = HtmlWriter.Write(report);

        // An XML parser can read it: everything is closed, ids are unique, and each entry of the contents has a target.
        XElement page = XDocument.Parse(html.Replace("<!doctype html>", "", StringComparison.Ordinal)).Root!;
        string[] names = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(names.Distinct(), names);
        Assert.All(page.Descendants("a").Attributes("href"), link => Assert.Contains(link.Value.TrimStart('#'), names));
        Assert.Contains(Disclaimer.Text, page.Element("body")!.Elements().First().Value, StringComparison.Ordinal);

        // 2 learning curves; per set, 2 confusion matrices, 2 reliability diagrams, risk and coverage; 2 per set in the
        // comparison.
        XElement[] charts = [.. page.Descendants().Where(element => element.Name.LocalName == "svg")];
        Assert.Equal(2 + 2 * 5 + 2 * 2, charts.Length);
        Assert.All(charts, chart => Assert.NotEmpty(chart.Attribute("aria-label")!.Value));
        Assert.All(charts, chart => Assert.Contains(chart.Descendants(), element => element.Name.LocalName == "text"));
        string[] used = [.. page.Descendants().Attributes().Where(a => a.Value.StartsWith("url(#", StringComparison.Ordinal))
            .Select(a => a.Value[5..^1])];
        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.Contains(name, names));

        Assert.DoesNotContain(
            page.Descendants(), element => element.Name.LocalName is "script" or "link" or "iframe" or "object");
        Assert.All(page.Descendants("img")
            .Attributes("src"), source => Assert.StartsWith("data:image/png;base64,", source.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("//", html.Replace("http://www.w3.org/", "", StringComparison.Ordinal)
            .Replace("AA//", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_describes_the_training_in_full()
    {
        ReportPage report = Compose(leaky: false);
        string html = HtmlWriter.Write(report), markdown = MarkdownWriter.Write(report);
        foreach (string said in new[] { "model.depth", "augment[0].name", "0123abcd", "TorchSharp", "00:10:00", "gate.energy",
            "-3.5", "1.25", "cross, plain", "0.0001235" })
        {
            Assert.Contains(said, html, StringComparison.Ordinal);
            Assert.Contains(said, markdown, StringComparison.Ordinal);
        }

        Assert.Contains("a &lt; b &amp; c", html, StringComparison.Ordinal);
        Assert.StartsWith($"# Training report: patients\n\n**{Disclaimer.Text}**\n", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_figures_in_HTML_and_Markdown_match_evaluate()
    {
        ReportedRun run = Run(_fixture.Training);
        SetFigures one = run.Sets[0];
        ReportPage report = TrainingReport.Compose(run, null, null, []);
        RuleFigures[] rules = [one.Frame, .. one.Rules];
        string row = "| quadratic-weighted kappa | "
            + $"{string.Join(" | ", rules.Select(rule => FiguresTable.Cell(rule.QuadraticKappa)))} |";
        Assert.Contains(row, MarkdownWriter.Write(report), StringComparison.Ordinal);
        Assert.Contains(FiguresTable.Cell(one.Frame.Brier)
            .Replace(' ', '\u00A0'), WebUtility.HtmlDecode(HtmlWriter.Write(report)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_warning_about_a_frame_split_accompanies_all_its_figures()
    {
        // In the comparison once, for the section; for a leaky training's own report, in each section with figures.
        ReportedRun patients = Run(_fixture.Training), frames = Run(_fixture.Leaky);
        Assert.Equal(1, Count(TrainingReport.Compose(patients, frames, null, [])));
        Assert.Equal(0, Count(TrainingReport.Compose(patients, null, null, [])));
        Assert.Equal(3, Count(TrainingReport.Compose(frames, null, null, [])));

        // So is the notice that clips show the phantom.
        Assert.Contains("for demonstration only", MarkdownWriter.Write(TrainingReport.Compose(frames, null, null, [])),
            StringComparison.Ordinal);
        Assert.DoesNotContain("for demonstration only", MarkdownWriter.Write(TrainingReport.Compose(patients, null, null, [])),
            StringComparison.Ordinal);

        // A report on a leaky training never claims that patients were held out.
        Picture[] examples = [new("A frame.", "A frame.", [0])];
        string leaky = MarkdownWriter.Write(TrainingReport.Compose(frames, null, null, examples)),
            honest = MarkdownWriter.Write(TrainingReport.Compose(patients, null, null, examples));
        foreach (string sentence in (string[])[
            "held-out patients", "had not seen the patient", "had seen no clip of its patient"])
        {
            Assert.DoesNotContain(sentence, leaky, StringComparison.Ordinal);
            Assert.Contains(sentence, honest, StringComparison.Ordinal);
        }

        static int Count(ReportPage page) => MarkdownWriter.Write(page).Split(Predictions.LeakyWarning).Length - 1;
    }

    public void Dispose() => _fixture.Dispose();

    private ReportedRun Run(string path)
    {
        IReadOnlyList<LabelledClip> clips = ClipIndex.Load(_fixture.Index);
        TrainingDirectory directory = TrainingDirectory.Load(path);
        Predictions predictions = directory.LoadPredictions(clips);
        return new ReportedRun(directory, predictions, predictions.Figures(clips, null, TestContext.Current.CancellationToken));
    }

    private ReportPage Compose(bool leaky) => TrainingReport.Compose(
        Run(_fixture.Training), leaky
            ? Run(_fixture.Leaky)
            : null, TrialsTable.Load(_fixture.Trials), [new Picture("A frame.", "A frame.", [0])]);
}
