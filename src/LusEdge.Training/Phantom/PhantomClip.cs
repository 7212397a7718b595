namespace LusEdge.Training.Phantom;

/// <summary>A video of consecutive scenes at 25 frames per second. Not thread-safe, because it owns a renderer.</summary>
/// <param name="scenes">The scenes, in order.</param>
/// <param name="framesEach">The length of each scene, in frames.</param>
/// <param name="converter">The probe's geometry and the size of the picture.</param>
/// <param name="seed">Selects the receiver noise.</param>
internal sealed class PhantomClip(IReadOnlyList<PhantomScene> scenes, int framesEach, ScanConverter converter, ulong seed)
{
    /// <summary>Frames per second, as scanners record.</summary>
    public const int FramesPerSecond = 25;

    private readonly PhantomRenderer _renderer = new();

    /// <summary>The number of frames.</summary>
    public int Frames => scenes.Count * framesEach;

    /// <summary>Draws a frame.</summary>
    /// <param name="frame">Its number, from 0.</param>
    /// <param name="picture">Gray levels, rows of the converter's width.</param>
    public void Draw(int frame, Span<byte> picture) => converter.Convert(
        _renderer.Render(
            scenes[frame / framesEach], (float)frame / FramesPerSecond, new SeededRandom(seed, (ulong)frame)), picture);

    /// <summary>Writes the clip as H.264.</summary>
    /// <param name="path">The file to write, .mp4.</param>
    /// <param name="progress">Receives the progress after every frame.</param>
    /// <param name="cancel">Stops the work; no file is left behind.</param>
    /// <exception cref="PhantomException">ffmpeg is missing or failed.</exception>
    public async Task WriteAsync(string path, IProgress<WorkProgress> progress, CancellationToken cancel)
    {
        await using FFmpegEncoder encoder = FFmpegEncoder.Video(path, converter.Width, converter.Height, FramesPerSecond);
        var picture = new byte[converter.Width * converter.Height];
        for (int frame = 0; frame < Frames; frame++)
        {
            Draw(frame, picture);
            await encoder.WriteAsync(picture, cancel);
            progress.Report(new WorkProgress(Path.GetFileName(path), frame + 1, Frames));
        }

        await encoder.FinishAsync(cancel);
    }
}
