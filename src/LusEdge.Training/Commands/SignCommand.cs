using System.CommandLine;
using LusEdge.Infer;
using LusEdge.Training.Sign;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train sign</c>: makes a package that appliances install of a model's directory.</summary>
internal static class SignCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("DIR") { Description = "The model's directory, as written by `export`." };
        var key = new Option<string>("--key")
        {
            Description = "The private key's file (`keygen --out FILE`).",
            HelpName = "FILE",
            Required = true,
        };
        var sign = new Command("sign", "Lists every file of a model with its hash in the manifest, and signs the manifest.")
        {
            model, key,
        };
        sign.SetAction(parsed =>
        {
            using var signingKey = SigningKey.Load(parsed.GetValue(key)!);
            ModelManifest manifest = PackageSigner.Sign(parsed.GetValue(model)!, signingKey);
            Console.WriteLine(
                $"{parsed.GetValue(model)}: signed {manifest.Reference} and {manifest.Files!.Count} more files. "
                    + "Install it with: lusedge model install DIR.");
            return (int)ExitCode.Ok;
        });
        return sign;
    }
}
