namespace LusEdge.Tests;

/// <summary>A generated video address with a secret in it, in the styles of cameras, recorders and streaming servers.</summary>
/// <param name="Source">For Capture:Source.</param>
/// <param name="Options">For Capture:Options.</param>
/// <param name="Parts">No text may hold any of these: the secret is made of them.</param>
public sealed record SecretUrl(string Source, string Options, IReadOnlyList<string> Parts)
{
    private static readonly string[] Specials =
        ["/", "?", "#", "@", ":", " ", "%2F", "%40", "&", "=", ";", "'", "\"", "!", "+", ""];

    private static readonly string[] Paths =
    [
        "/cgi-bin/video?user=admin&pwd={0}", "/live?pw={0}", "/live?psw={0}&x=1", "/?p={0}",
        "/videostream.cgi?loginuse=a&loginpas={0}",
        "/user=admin_password={0}_channel=1_stream=0.sdp", "/live?pin={0}", "/live?sid={0}", "/live;token={0}", "/live/{0}",
        "/{0}/live", "/live#{0}", "/live?{0}", "/live?a=1&access_token={0}&b=2", "/h264/ch1/main?auth={0}", "/{0}",
    ];

    /// <summary>Generates addresses; the same for the same seed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="host">Host and port of all of them.</param>
    /// <param name="seed">Of the random numbers.</param>
    public static IEnumerable<SecretUrl> Generate(int count, string host, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            string scheme = random.GetItems((string[])["rtsp", "http", "rtmp", "tcp"], 1)[0];
            (string secret, string[] parts) = Secret(random);
            string place = Paths[random.Next(Paths.Length)].Replace("{0}", secret, StringComparison.Ordinal);
            string source = random.Next(10) switch
            {
                < 4 => $"{scheme}://nurse:{secret}@{host}/1",
                4 => $"{scheme}:/nurse:{secret}@{host}/1",
                5 => $"nurse:{secret}@{host}/1",
                6 => $"{scheme}://{host}/1",
                _ => $"{scheme}://{host}{place}",
            };
            string options = source.EndsWith($"{host}/1", StringComparison.Ordinal) && !source.Contains(parts[0])
                ? $"{random.GetItems((string[])["passphrase", "headers", "probesize", "cookies", "nosuchoption"], 1)[0]}={secret}"
                : "";
            yield return new SecretUrl(source, options, parts);
        }
    }

    private static (string Secret, string[] Parts) Secret(Random random)
    {
        const string Letters = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789";
        string[] parts = [.. Enumerable.Range(0, 2).Select(_ => new string(random.GetItems<char>(Letters, 8)))];
        return (parts[0] + Specials[random.Next(Specials.Length)] + parts[1], parts);
    }
}
