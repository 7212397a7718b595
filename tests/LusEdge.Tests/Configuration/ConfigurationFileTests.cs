using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
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
    public void Errors_across_keys_are_reported_with_those_of_single_keys()
    {
        IReadOnlyList<string> errors = Errors("""
            {
              "Capture": { "Source": "a.mp4", "Sector": "0,0,200,200", "Geometry": "100x100", "Rate": 25, "Pace": "fast" },
              "Infer": { "TrustedKeys": [""], "Threads": "many" },
              "Mqtt": { "Host": "mqtt://broker", "Port": 0, "PasswordFile": "/nonexistent", "Tls": { "CaFile": "ca.pem" } }
            }
            """);

        Assert.Equal(
            [
                "Capture:Pace", "Capture:Rate", "Capture:Sector", "Infer:Threads", "Infer:TrustedKeys",
                "Mqtt:Host", "Mqtt:PasswordFile", "Mqtt:PasswordFile", "Mqtt:Port", "Mqtt:Tls:Enabled",
            ],
            errors.Select(error => error[..error.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"Username\": 7, \"PasswordFile\": \"/etc/passwd\"", "Mqtt:Username")]
    [InlineData("\"username\": \"a\", \"PasswordFile\": \"/etc/passwd\"", "Mqtt:username")]
    [InlineData("\"Mode\": \"embedded\", \"Port\": 9001, \"WebSocketPort\": \"x\"", "Mqtt:WebSocketPort")]
    [InlineData("\"Tls\": { \"Enabled\": \"yes\", \"CaFile\": \"/etc/passwd\" }", "Mqtt:Tls:Enabled")]
    [InlineData("\"Tls\": { \"enabled\": true, \"CaFile\": \"/etc/passwd\" }", "Mqtt:Tls:enabled")]
    public void No_error_across_keys_follows_from_one_that_is_wrong_by_itself(string keys, string place) =>
        Assert.StartsWith(
            $"{place}: ",
            Assert.Single(Errors($$"""{ "Capture": { "Source": "a.mp4" }, "Mqtt": { {{keys}} } }""")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("\"Capture\": { \"Rate\": 25 }", "Capture:Source: it is missing.")]
    [InlineData(
        "\"Capture\": { \"Source\": 7, \"Rate\": 25 }",
        "Capture:Source: the value (not shown, because it may hold a password) is not a text in quotes.")]
    [InlineData("\"Capture\": 7", "Capture: 7 is not an object in braces.")]
    public void Nothing_is_compared_with_a_source_that_is_missing(string keys, string message) =>
        Assert.Equal([message], Errors($$"""{ {{keys}} }"""));

    [Theory]
    [InlineData("\"Device\": { \"Id\": \"cart-9\\n\" }", "Device:Id: \"cart-9\\n\" is not valid.")]
    [InlineData("\"Mqtt\": { \"Site\": \"ward-1\\n\" }", "Mqtt:Site: \"ward-1\\n\" is not valid.")]
    [InlineData(
        "\"Mqtt\": { \"Username\": \"cart\\n\" }",
        "Mqtt:Username: the value (not shown, because it may hold a password) is not valid.")]
    [InlineData("\"Mqtt\": { \"Host\": \"broker\\n\" }", "Mqtt:Host: it has a blank or a line break.")]
    [InlineData("\"Mqtt\": { \"Mode\": \"external, embedded\" }", "Mqtt:Mode: \"external, embedded\" is not one of")]
    public void A_line_break_at_the_end_of_a_value_is_not_overlooked(string section, string message) =>
        Assert.StartsWith(
            message,
            Assert.Single(Errors($$"""{ "Capture": { "Source": "a.mp4" }, {{section}} }""")),
            StringComparison.Ordinal);

    [Fact]
    public void A_pattern_of_a_key_refuses_a_line_break_at_the_end()
    {
        (Type Type, PropertyInfo Property)[] keys = [.. Sections(typeof(LusEdgeOptions))
            .SelectMany(type => type.GetProperties().Select(property => (type, property)))
            .Where(key => key.property.GetCustomAttribute<RegularExpressionAttribute>() is not null)];
        Assert.True(keys.Length >= 5);
        // These may have one anywhere: blanks separate options, and a path can have any character.
        foreach ((Type type, PropertyInfo property) in keys.Where(k => k.Property.Name is not ("Options" or "Model")))
        {
            var errors = new List<string>();
            using JsonDocument json = JsonDocument.Parse($$"""{ "{{property.Name}}": "a\n" }""");
            ConfigurationSection.Read(json.RootElement, type, "X", errors);
            Assert.Contains(errors, error => error.StartsWith($"X:{property.Name}: ", StringComparison.Ordinal));
        }
    }

    public static TheoryData<string, byte[], string> NotText => new()
    {
        {
            "Latin-1",
            Encoding.Latin1.GetBytes("{\n  \"Capture\": { \"Source\": \"b\u00f6se.mp4\" }\n}"),
            "line 2, column 28: the byte 0xF6"
        },
        { "Latin-1 in a key", Encoding.Latin1.GetBytes("{ \"Captur\u00e9\": 1 }"), "line 1, column 10: the byte 0xE9" },
        { "Latin-1 in a comment", Encoding.Latin1.GetBytes("// gr\u00fcn\n{}"), "line 1, column 6: the byte 0xFC" },
        { "UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")], "the file: it is UTF-16" },
        { "UTF-16, big-endian", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("{}")], "the file: it is UTF-16" },
        { "UTF-16 without a mark", Encoding.Unicode.GetBytes("{}"), "line 1, column 2: a NUL byte" },
        { "a file of zeros", new byte[100], "line 1, column 1: a NUL byte" },
        {
            "a NUL in a text",
            "{ \"Capture\": { \"Source\": \"a\\u0000b\" } }"u8.ToArray(),
            "line 1, column 26: the text has a NUL"
        },
        {
            "half a character",
            "{ \"Capture\": { \"Source\": \"\\ud83d\" } }"u8.ToArray(),
            "line 1, column 26: the text has half"
        },
        { "half a character in a key", "{ \"\\udc00\": 1 }"u8.ToArray(), "line 1, column 3: the text has half" },
        { "deep brackets", Encoding.ASCII.GetBytes(new string('[', 500_000)), "line 1, column 33: the brackets" },
        { "deep braces", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 1000))), "line 1, column" },
        { "nothing", [], "line 1, column 1: not valid JSON" },
        { "only a mark", [0xEF, 0xBB, 0xBF], "line 1, column 1: not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(NotText))]
    public void What_is_not_JSON_in_UTF_8_is_reported_in_one_sentence(string what, byte[] content, string message)
    {
        string error = Assert.Single(Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(what, content)).Errors);
        Assert.StartsWith(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_allowed() => Assert.Equal(
        "a.mp4",
        ConfigurationFile.Parse(
            "lusedge.json", (byte[])[0xEF, 0xBB, 0xBF, .. """{ "Capture": { "Source": "a.mp4" } }"""u8]).Capture.Source);

    [Fact]
    public void What_is_not_a_file_of_a_possible_size_is_reported_in_one_sentence()
    {
        using var temp = new TemporaryDirectory();
        using (Process made = Process.Start("mkfifo", [temp["pipe"]])) made.WaitForExit();
        using (FileStream large = File.Create(temp["large"])) large.SetLength(3L << 30);
        (string Path, string Message)[] files =
        [
            (temp.Path, "can't be read: It is a folder"),
            (temp["pipe"], "can't be read: It is a pipe"),
            ("/dev/zero", "can't be read: It is a device"),
            (temp["large"], "can't be read: It has 3221225472 bytes; at most 1048576 are allowed."),
            (temp["no/such"], "the file does not exist"),
            ($"{temp["large"]}/below", "the file does not exist"),
            (new string('a', 5000), "can't be read"),
        ];
        Assert.All(files, file => Assert.Contains(
            file.Message,
            Assert.Single(Assert.Throws<ConfigurationException>(() => ConfigurationFile.Load(file.Path)).Errors),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_the_values_are_every_error_is_one_line_that_begins_with_its_place()
    {
        const int Trials = 3000;
        string[] values =
        [
            "null", "true", "7", "-1", "1e999", "9223372036854775808", "0.5", "\"\"", "\"a\"", "\"a\\nb\"", "\"\\u0001\"",
            "\"\\u2028\"", "[]", "[[]]", "[null]", "[\"a\", 1]", "{}", "{ \"a\": {} }", "\"none\"", "\"1,2,3,4\"",
            "\"99999999999x1\"", "\"640x480\"", "\"00:00:05\"", "\"99999999.00:00:00\"", "\"embedded\"", "\"EMBEDDED\"", "\"0\"",
            "\"rtsp://u:hunter2@h\"", "\"p=hunter2\"",
            "\"u:hunter2\\u0040h\"", $"\"{new string('x', 2000)}\"", $"[{string.Join(',', Enumerable.Repeat("1", 1000))}]",
        ];
        IEnumerable<string> known = Sections(typeof(LusEdgeOptions)).SelectMany(type => type.GetProperties()).Select(p => p.Name);
        string[] names = [.. known.Distinct(), "odd", "u:hunter2@h", "a\\nb", ""];
        var chance = new Random(15);
        for (int i = 0; i < Trials; i++)
        {
            string text = Object(0);
            try
            {
                Parse(text);
            }
            catch (ConfigurationException e)
            {
                Assert.NotEmpty(e.Errors);
                Assert.All(e.Errors, error =>
                {
                    Assert.Contains(": ", error, StringComparison.Ordinal);
                    Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
                    Assert.True(error.Length < 1200, error);
                    Assert.DoesNotContain(error, char.IsControl);
                });
                Assert.Equal(e.Errors.Distinct(), e.Errors);
            }
        }

        string Object(int depth) => $"{{ {string.Join(", ", Enumerable.Range(0, chance.Next(1, 6)).Select(_ => Pair(depth)))} }}";

        string Pair(int depth) =>
            $"\"{names[chance.Next(names.Length)]}\": "
            + (depth < 3 && chance.Next(2) == 0 ? Object(depth + 1) : values[chance.Next(values.Length)]);
    }

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

    /// <summary>The options record and the records within it.</summary>
    private static IEnumerable<Type> Sections(Type type) =>
        [type, .. type.GetProperties()
            .Where(p => p.PropertyType.IsClass && p.PropertyType != typeof(string)).SelectMany(p => Sections(p.PropertyType))];

    private static LusEdgeOptions Parse(string text) => ConfigurationFile.Parse("lusedge.json", Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<string> Errors(string text) => Assert.Throws<ConfigurationException>(() => Parse(text)).Errors;
}
