using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LusEdge.Capture;
using LusEdge.Capture.Source;
using LusEdge.Configuration;
using LusEdge.Metering;
using LusEdge.Probe;
using LusEdge.Secrets;
using LusEdge.Tests;
using Microsoft.Extensions.Logging.Testing;

namespace LusEdge.IntegrationTests.Capture;

/// <summary>Promise P18, as a property of generated addresses.</summary>
public sealed class SecretTests : FeedTest
{
    private const int Seed = 12;

    /// <summary>A server that answers with what it was asked, as some do in their errors.</summary>
    private readonly StreamServer _echo = new(stream =>
    {
        byte[] buffer = new byte[8192];
        int length = stream.Read(buffer);
        if (length == 0) return;
        string[] words = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n")[0].Split(' ');
        string asked = words.Length > 1 ? words[1] : "";
        stream.Write(Encoding.ASCII.GetBytes($"{words[^1]} 404 No {asked} here\r\nContent-Length: 0\r\nCSeq: 1\r\n\r\n"));
    });

    [Fact]
    public void No_generated_secret_survives_in_the_log_or_in_an_error()
    {
        using StreamServer echo = _echo;
        foreach (SecretUrl url in SecretUrl.Generate(400, echo.Address, Seed))
        {
            var options = new CaptureOptions
            {
                Source = url.Source,
                Options = url.Options,
                OpenTimeout = TimeSpan.FromMilliseconds(500),
            };
            var texts = new List<string>(options.Errors());
            var log = new FakeLogCollector();
            var logger = new FakeLogger<VideoFeed>(log);
            using (var feed = new VideoFeed(options, new FrameLedger(), TimeProvider.System, logger))
            {
                texts.Add(feed.Name);
                Exception? opened = Record.Exception(feed.Open);
                texts.Add($"{opened}");
            }

            texts.Add($"{Record.Exception(() => SourceProbe.Run(
                options, TimeSpan.FromSeconds(1), TimeProvider.System, logger, _ => { }, CancellationToken.None))}");
            texts.AddRange(log.GetSnapshot().Select(entry => $"{entry.Message} {entry.Exception}"));
            AssertHidden(url, texts);
        }
    }

    [Fact]
    public void No_generated_secret_survives_in_a_configuration_error()
    {
        foreach (SecretUrl url in SecretUrl.Generate(400, "10.0.0.7:554", Seed))
        {
            string value = JsonSerializer.Serialize(url.Source + url.Options);
            string options = JsonSerializer.Serialize(url.Options);
            string[] files =
            [
                $$"""{ "Capture": { "Source": {{value}}, "Options": {{options}}, "Size": "6x6" } }""",
                $$"""{ "Capture": { "Source": [{{value}}] } }""",
                $$"""{ "Capture": { "Source": "a", "Sector": {{value}} } }""",
                $$"""{ "Capture": { "Source": "a", "Options": {{value}} } }""",
                $$"""{ "Capture": { "Source": "a", {{value}}: 1 } }""",
                $$"""{ "Capture": {{value}} }""",
                $$"""{ "Capture": { "Source": "a" }, "Mqtt": { "Host": [{{value}}], "Site": {{value}} } }""",
                $$"""{ "Capture": { "Source": "a" }, "Mqtt": { "Host": {{value}}, "PasswordFile": {{value}}, "Username": 5 } }""",
                $$"""{ "Capture": { "Source": "a" }, "Mqtt": { "Username": "a", "PasswordFile": {{value}} } }""",
                $$"""{ "Capture": { "Source": {{value}} """,
            ];
            AssertHidden(url, files.Select(file =>
                $"{Record.Exception(() => ConfigurationFile.Parse("lusedge.json", Encoding.UTF8.GetBytes(file)))}"));
        }
    }

    [Fact]
    public void No_generated_secret_survives_in_what_others_write()
    {
        foreach (SecretUrl url in SecretUrl.Generate(400, "10.0.0.7:554", Seed))
        {
            SecretMask mask = SecretMask.OfSource(url.Source, url.Options);
            string[] texts =
            [
                $"[hls] Opening '{url.Source}' for reading", $"Failed to open {url.Source}: no", $"it refers to {url.Source}",
                // A part that FFmpeg takes for the host, say, because of the character before it.
                .. url.Parts.Where(part => Regex.IsMatch(url.Source, $@"\b{part}\b"))
                    .Select(part => $"Failed to resolve hostname {part}: no such name"),
            ];
            if (Address.IsUrl(url.Source)) AssertHidden(url, texts.Select(mask.Mask));
        }
    }

    private static void AssertHidden(SecretUrl url, IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            foreach (string part in url.Parts)
            {
                Assert.False(
                    text.Contains(part, StringComparison.OrdinalIgnoreCase), $"{url.Source} {url.Options}: {part} is in: {text}");
            }
        }
    }
}
