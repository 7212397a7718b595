using LusEdge.Training.Sign;

namespace LusEdge.TrainingTests.Sign;

public sealed class SigningKeyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-key-").FullName;

    [Fact]
    public void Both_files_of_a_key_pair_have_unix_line_ends()
    {
        string file = Path.Combine(_directory, "site.key"), publicFile = SigningKey.Generate(file);
        Assert.Equal(
            [
                "-----BEGIN PRIVATE KEY-----",
                "-----END PRIVATE KEY-----",
                "-----BEGIN PUBLIC KEY-----",
                "-----END PUBLIC KEY-----",
            ],
            ((string[])[file, publicFile]).SelectMany(path =>
            {
                string[] lines = File.ReadAllText(path).Split('\n');
                Assert.Equal((4, ""), (lines.Length, lines[^1]));
                Assert.DoesNotContain('\r', lines[1]);
                return (string[])[lines[0], lines[2]];
            }));
        SigningKey.Load(file).Dispose();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
