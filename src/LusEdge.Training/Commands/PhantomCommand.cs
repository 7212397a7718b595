using System.CommandLine;
using LusEdge.Training.Phantom;

namespace LusEdge.Training.Commands;

/// <summary><c>lusedge-train phantom</c>: writes synthetic clips and pictures.</summary>
internal static class PhantomCommand
{
    /// <summary>Three seconds.</summary>
    private const int ClipFrames = 75;

    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description =
                "FILE.mp4: a clip that walks through the seven grades, and FILE.json that says which frames show which grade. "
                + "FILE.png: the grades side by side. DIR: short clips of single grades, with index.csv.",
            HelpName = "FILE|DIR",
            Required = true,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Selects the scenes: the same seed gives the same pictures.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var count = new PositiveOption("--clips", "The number of clips to write into DIR.", byDefault: 56);
        var phantom = new Command("phantom", "Writes synthetic lung ultrasound of the seven grades. Needs the ffmpeg command.")
        {
            output, seed, count,
        };
        phantom.SetAction(async (parsed, stop) =>
        {
            string path = parsed.GetValue(output)!;
            ulong named = parsed.GetValue(seed);
            await ProgressDisplay.RunAsync(progress => Path.GetExtension(path) switch
            {
                ".mp4" => PhantomWalk.WriteAsync(path, named, progress, stop),
                ".png" => ContactSheet.WriteAsync(path, named, stop),
                _ => ClipCollection.WriteAsync(path, parsed.GetValue(count), ClipFrames, named, progress, stop),
            });
            Console.WriteLine(path);
            return (int)ExitCode.Ok;
        });
        return phantom;
    }
}
