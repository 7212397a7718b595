using System.CommandLine;
using LusEdge.Training.Sign;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train keygen</c>: makes a site's own key pair for signing models.</summary>
internal static class KeygenCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "The private key's file (PEM, mode 0600). The public key gets the same name with .pub.",
            HelpName = "FILE",
            Required = true,
        };
        var keygen = new Command(
            "keygen", "Makes a pair of Ed25519 keys for signing models. Existing files are never overwritten.")
        {
            output,
        };
        keygen.SetAction(parsed =>
        {
            string file = parsed.GetValue(output)!;
            string publicFile = SigningKey.Generate(file);
            Console.WriteLine($"""
                {file}: the private key. Keep a copy in a safe place, and never put it on a box or into a repository.
                {publicFile}: the public key. Copy it to /etc/lusedge/keys/ on each box that should trust it.
                """);
            return (int)ExitCode.Ok;
        });
        return keygen;
    }
}
