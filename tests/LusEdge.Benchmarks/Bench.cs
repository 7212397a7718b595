using System.Diagnostics;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Tests;

namespace LusEdge.Benchmarks;

/// <summary>What the benchmarks run on: the phantom clip, the shipped model, and a model that costs nothing.</summary>
internal sealed class Bench : IDisposable
{
    private readonly TemporaryDirectory _temp = new();

    public Bench()
    {
        Root = FindRoot();
        Clip = Path.Combine(Root, "models/phantom/phantom-walk.mp4");
        LongClip = _temp["long.mp4"];
        ShippedModel = new ModelOptions { Model = Path.Combine(Root, "models/lus-severity-7"), Provider = ProviderChoice.Cpu };
        FullPrecisionModel = ShippedModel with { Model = Path.Combine(Root, "models/lus-severity-4") };
        EmptyModel = new ModelOptions { Model = TinyModel.Write(_temp["empty"], TinyModel.Seven), Provider = ProviderChoice.Cpu };
        // The same packets repeated: 13 times 875 frames.
        FFmpeg("-stream_loop", "12", "-i", Clip, "-c", "copy", LongClip);
        LargeClip = _temp["large.mp4"];
        string[] encoder = ["-c:v", "libx264", "-preset", "fast", "-crf", "20", "-pix_fmt", "yuv420p"];
        FFmpeg(["-t", "10", "-i", Clip, "-vf", "scale=800:640,pad=1280:1024:200:120", .. encoder, LargeClip]);
    }

    /// <summary>The repository's root.</summary>
    public string Root { get; }

    /// <summary>The phantom clip: H.264, 400x320, 875 frames.</summary>
    public string Clip { get; }

    /// <summary>The phantom clip repeated to over 11,000 frames.</summary>
    public string LongClip { get; }

    /// <summary>The phantom on a scanner's screen of 1280x1024, at 200,120,800,640.</summary>
    public string LargeClip { get; }

    /// <summary>The demo's model, a ResNet-18 at 128x128 in int8, on the CPU.</summary>
    public ModelOptions ShippedModel { get; }

    /// <summary>The model trained on real clips, a ResNet-50 at 224x224 in fp32.</summary>
    public ModelOptions FullPrecisionModel { get; }

    /// <summary>A model of a few operations: what is left is the pipeline's own cost.</summary>
    public ModelOptions EmptyModel { get; }

    /// <summary>A path in a folder that <see cref="Dispose"/> deletes.</summary>
    public string Temporary(string name) => _temp[name];

    public void Dispose() => _temp.Dispose();

    private static void FFmpeg(params string[] arguments)
    {
        using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-nostdin", .. arguments]);
        ffmpeg.WaitForExit();
        if (ffmpeg.ExitCode != 0) throw new InvalidOperationException($"ffmpeg failed: {string.Join(' ', arguments)}");
    }

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "LusEdge.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new DirectoryNotFoundException("The benchmarks run from a build inside the repository.");
    }
}
