using System.CommandLine;
using LusEdge.Training.Sign;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train keygen</c>: a site's own key to sign its models with.</summary>
internal static class KeygenCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The private key's file (PEM, mode 0600); the public one goes beside it as .pub.", HelpName = "FILE", Required = true };
        var keygen = new Command("keygen", "Makes a pair of Ed25519 keys to sign models with. Writes over nothing.") { output };
        keygen.SetAction(parsed =>
        {
            string file = parsed.GetValue(output)!;
            string publicFile = SigningKey.Generate(file);
            Console.WriteLine($"""
                {file}: the private key. Keep a copy where nobody else comes, and never put it on a box or into a repository.
                {publicFile}: the public key. Copy it to /etc/lusedge/keys/ on each box that is to trust it.
                """);
            return (int)ExitCode.Ok;
        });
        return keygen;
    }
}
