using System.Text;
using LusEdge.Capture.Source;
using LusEdge.Configuration;

namespace LusEdge.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    [Fact]
    public void Comments_and_trailing_commas_are_allowed_and_omitted_keys_keep_defaults()
    {
        LusEdgeOptions options = Parse("""
            {
              // The cart's scanner.
              "Capture": { "Source": "clip.mp4", "Pace": "realtime", },
              "Aggregate": { "SmoothingTime": "00:00:00.25" /* calmer */ },
            }
            """);

        Assert.Equal("clip.mp4", options.Capture.Source);
        Assert.Equal(Pace.Realtime, options.Capture.Pace);
        Assert.Equal(TimeSpan.FromSeconds(0.25), options.Aggregate.SmoothingTime);
        Assert.Equal(TimeSpan.FromSeconds(6), options.Aggregate.ClipLength);
    }

    [Fact]
    public void Unknown_keys_wrong_types_and_values_out_of_range_are_all_reported_at_once()
    {
        IReadOnlyList<string> errors = Errors("""
            {
              "Capture": { "Source": "clip.mp4", "Pace": "fast", "Lop": true },
              "Aggregate": { "HeldFrames": "many", "HeldShare": 3 },
              "Mqtt": { "mode": "embedded" },
              "Camera": {}
            }
            """);

        Assert.Contains(
            errors, e => e.StartsWith("Capture:Pace: \"fast\" is not one of source, realtime", StringComparison.Ordinal));
        Assert.Contains(
            errors, e => e.StartsWith("Capture:Lop: unknown key. Known keys here: Source,", StringComparison.Ordinal));
        Assert.Contains(
            errors, e => e.StartsWith("Aggregate:HeldFrames: \"many\" is not a whole number", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            e => e.StartsWith("Aggregate:HeldShare: ", StringComparison.Ordinal) && e.Contains("0.01") && e.Contains('1'));
        Assert.Contains("Mqtt:mode: unknown key. Write Mode.", errors);
        Assert.Contains(
            errors, e => e.StartsWith("Camera: unknown key. Known keys here: Device, Capture,", StringComparison.Ordinal));
        Assert.Equal(6, errors.Count);
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_reported_only_once() =>
        Assert.Equal(
            ["Capture:Source: the value (not shown, because it may hold a password) is not a text in quotes."],
            Errors("""{ "Capture": { "Source": 7 }, "Mqtt": { "Mode": "embedded" } }"""));

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{ \"Capture\": { \"Source\": \"a.mp4\" }", "line 1")]
    [InlineData("{\n  \"Capture\": nonsense\n}", "line 2")]
    public void Invalid_JSON_is_reported_with_its_position(string text, string place)
    {
        string error = Assert.Single(Errors(text));
        Assert.StartsWith(place, error, StringComparison.Ordinal);
        Assert.Contains("not valid JSON", error);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{ \"Capture\": [] }")]
    [InlineData("{ \"Capture\": null }")]
    public void A_section_that_is_not_an_object_is_reported(string text) => Assert.NotEmpty(Errors(text));

    [Fact]
    public void A_repeated_key_is_reported() =>
        Assert.Contains(
            "Capture:Source: given twice. Remove one.",
            Errors("""{ "Capture": { "Source": "a", "Source": "b" }, "Mqtt": { "Mode": "embedded" } }"""));

    [Theory]
    [InlineData("""{ "Capture": { "Source": "rtsp://scanner/live", "Options": "passphrase=two hunter2 words" } }""")]
    [InlineData("""{ "Capture": { "Source": ["rtsp://user:hunter2@scanner/live"] } }""")]
    [InlineData("""{ "Capture": { "Source": "a.mp4", "Pace": "rtsp://user:hunter2@scanner/live" } }""")]
    [InlineData("""{ "Capture": "rtsp://user:hunter2@scanner/live" }""")]
    public void No_error_repeats_a_password(string text) =>
        Assert.All(Errors(text), error => Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal));

    [Theory]
    [InlineData("\"Sector\": \"\"", "Capture:Sector: \"\" is not none, or x,y,w,h in pixels")]
    [InlineData(
        "\"Sector\": \"0,0,100,0\"", "Capture:Sector: \"0,0,100,0\" is not none, or x,y,w,h in pixels with w and h above 0")]
    [InlineData("\"Sector\": [1,2,3,4]", "Capture:Sector: [1,2,3,4] is not none, or x,y,w,h in pixels")]
    [InlineData("\"Sector\": null", "Capture:Sector: null is not none, or x,y,w,h in pixels")]
    [InlineData("\"Geometry\": \"640x0\"", "Capture:Geometry: \"640x0\" is not a size WxH in pixels, both above 0")]
    [InlineData("\"Size\": 640", "Capture:Size: 640 is not a size WxH in pixels")]
    [InlineData("\"Sector\": \"0,0,200,200\", \"Geometry\": \"100x100\"", "Capture:Sector: 0,0,200,200 does not fit within")]
    public void Invalid_and_contradictory_keys_are_reported(string keys, string message) =>
        Assert.StartsWith(
            message, Assert.Single(Errors($$"""{ "Capture": { "Source": "a.mp4", {{keys}} } }""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"TrustedKeys\": \"site.pub\"", "Infer:TrustedKeys: \"site.pub\" is not a list of texts in brackets.")]
    [InlineData("\"TrustedKeys\": [\"site.pub\", \"\"]", "Infer:TrustedKeys: an entry is empty.")]
    [InlineData("\"TrustedKeys\": [null]", "Infer:TrustedKeys: an entry is empty.")]
    [InlineData("\"Model\": \"\"", "Infer:Model: \"\" is not valid.")]
    [InlineData("\"Store\": \"\"", "Infer:Store: it is missing.")]
    public void An_empty_model_or_key_path_is_reported(string keys, string message) =>
        Assert.StartsWith(
            message,
            Assert.Single(Errors($$"""{ "Capture": { "Source": "a.mp4" }, "Infer": { {{keys}} } }""")),
            StringComparison.Ordinal);

    [Fact]
    public void An_empty_id_is_reported() =>
        Assert.StartsWith(
            "Device:Id: ",
            Assert.Single(Errors("""{ "Device": { "Id": "" }, "Capture": { "Source": "a.mp4" } }""")),
            StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_reported_with_what_to_do()
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Load("/nonexistent/lusedge.json"));
        Assert.Contains("does not exist", e.Message);
        Assert.Contains("--config", e.Message);
    }

    [Fact]
    public void The_schema_lists_every_section_and_its_ranges()
    {
        string schema = ConfigurationFile.Schema().ToJsonString();
        foreach (string section in (string[])["Device", "Capture", "Preprocess", "Infer", "Aggregate", "Mqtt", "Health"])
        {
            Assert.Contains($"\"{section}\"", schema);
        }

        Assert.Contains("draft/2020-12", schema);
        Assert.Contains("\"maximum\":1000", schema);
    }

    private static LusEdgeOptions Parse(string text) => ConfigurationFile.Parse("lusedge.json", Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<string> Errors(string text) => Assert.Throws<ConfigurationException>(() => Parse(text)).Errors;
}
