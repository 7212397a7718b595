using System.ComponentModel;
using System.Diagnostics;

namespace LusEdge.Training.Phantom;

/// <summary>
/// Pipes raw gray pictures to the <c>ffmpeg</c> command. Only the trainer uses it; the appliance never encodes. The output file
/// appears under its name only when it is complete.
/// </summary>
internal sealed class FFmpegEncoder : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private FFmpegEncoder(string path, string unfinished, Process process)
    {
        (_path, _unfinished, _process) = (path, unfinished, process);
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a video: H.264, yuv420p, without metadata about the machine or the time.</summary>
    /// <param name="path">The file to write, .mp4.</param>
    /// <param name="width">Width in pixels, even.</param>
    /// <param name="height">Height in pixels, even.</param>
    /// <param name="fps">Pictures per second.</param>
    /// <exception cref="PhantomException">The ffmpeg command was not found.</exception>
    public static FFmpegEncoder Video(string path, int width, int height, int fps) => Start(path, width, height, fps,
        // One thread, because the output depends on the number of threads; one key frame per second, so that seeking is quick.
        ["-c:v", "libx264", "-preset", "slow", "-crf", "30", "-threads", "1", "-g", $"{fps}", "-pix_fmt", "yuv420p",
            "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]);

    /// <summary>Starts a single picture.</summary>
    /// <param name="path">The file to write, .png.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="PhantomException">The ffmpeg command was not found.</exception>
    public static FFmpegEncoder Picture(string path, int width, int height) =>
        Start(path, width, height, fps: 1, ["-frames:v", "1", "-update", "1", "-pred", "mixed", "-compression_level", "9"]);

    /// <summary>Sends the next picture.</summary>
    /// <param name="gray">Gray levels, row by row.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="PhantomException">ffmpeg exited early.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> gray, CancellationToken cancel)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(gray, cancel);
        }
        catch (IOException broken)
        {
            throw await FailedAsync(broken);
        }
    }

    /// <summary>Completes the file and renames it to its final name.</summary>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="PhantomException">ffmpeg failed.</exception>
    public async Task FinishAsync(CancellationToken cancel)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException broken)
        {
            throw await FailedAsync(broken);
        }

        await _process.WaitForExitAsync(cancel);
        if (_process.ExitCode != 0) throw await FailedAsync(null);
        File.Move(_unfinished, _path, overwrite: true);
    }

    /// <summary>Kills ffmpeg if it is still running, and deletes an unfinished file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_unfinished);
    }

    private static FFmpegEncoder Start(string path, int width, int height, int fps, IEnumerable<string> output)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string unfinished = Path.Combine(folder, $".{Path.GetFileNameWithoutExtension(path)}.part{Path.GetExtension(path)}");
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true };
        IEnumerable<string> arguments =
        [
            "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", $"{width}x{height}", "-r",
            $"{fps}", "-i", "-",
            .. output, unfinished,
        ];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return new FFmpegEncoder(path, unfinished, Process.Start(start)!);
        }
        catch (Win32Exception missing)
        {
            throw new PhantomException(
                PhantomFailure.EncoderMissing,
                "there is no ffmpeg command on the PATH; install it (Debian and Ubuntu: apt-get install ffmpeg).",
                missing);
        }
    }

    private async Task<PhantomException> FailedAsync(Exception? inner) => new(
        PhantomFailure.EncoderFailed,
        $"ffmpeg could not write {_path}: {(await _errors).Trim()}; check the folder's free space and permissions.",
        inner);
}
