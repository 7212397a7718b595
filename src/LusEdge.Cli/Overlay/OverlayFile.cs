using System.ComponentModel;
using System.Diagnostics;
using LusEdge.Aggregate;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// A video that appears under its name only when it is complete. Only its owner can read it, because it shows a patient. The
/// <c>ffmpeg</c> command encodes it, because the program's own binding only decodes.
/// </summary>
internal sealed class OverlayFile : IDisposable
{
    private readonly string _path;
    private readonly bool _overwrite;
    private readonly string _unfinished;
    private OverlayPage? _page;
    private Process? _encoder;
    private Task<string>? _errors;

    private OverlayFile(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        // This name is the program's own: a file of this name was left by a killed run, and is replaced.
        string directory = System.IO.Path.GetDirectoryName(path)!, name = System.IO.Path.GetFileNameWithoutExtension(path);
        _unfinished = System.IO.Path.Combine(directory, $".{name}.part.mp4");
    }

    /// <summary>Where the video will be.</summary>
    public string Path => _path;

    /// <summary>Checks that the video can be written and creates its unfinished file, before any frame is graded.</summary>
    /// <param name="path">The file to write, .mp4.</param>
    /// <param name="source">The clip, which must not be replaced.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="OverlayException">It would replace a file, or can't be written there.</exception>
    public static OverlayFile Reserve(string path, string source, bool overwrite)
    {
        string full = System.IO.Path.GetFullPath(path), clip = System.IO.Path.GetFullPath(source);
        if (full == clip) throw InTheWay($"{path} is the clip itself; give another name.");
        if (Directory.Exists(full)) throw InTheWay($"{path} is a folder; name a file in it.");
        if (File.Exists(full) && !overwrite) throw InTheWay($"{path} exists; give another name, or --force to replace it.");
        var file = new OverlayFile(full, overwrite);
        if (file._unfinished == clip) throw InTheWay($"{source} was left by a killed run that wrote {path}; rename it.");
        try
        {
            // Deleted first, because only a new file gets the mode.
            File.Delete(file._unfinished);
            new FileStream(file._unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException(
                OverlayFailure.NotWritten,
                $"--overlay: {path} can't be written: {e.Message.TrimEnd('.')}. Name a file in a folder you can write to.",
                e);
        }
    }

    /// <summary>Starts the encoder. Its H.264 plays everywhere and contains no machine name and no time.</summary>
    /// <param name="page">Draws the frames. This file disposes it.</param>
    /// <param name="interval">The frame interval.</param>
    /// <exception cref="OverlayException">There is no ffmpeg command.</exception>
    public void Start(OverlayPage page, TimeSpan interval)
    {
        _page = page;
        string size = $"{page.Width}x{page.Height}", rate = $"{TimeSpan.TicksPerSecond}/{interval.Ticks}";
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "bgr0", "-video_size", size, "-framerate", rate, "-i", "-",
            "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-movflags", "+faststart",
            "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "mp4", _unfinished,
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            _encoder = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new OverlayException(
                OverlayFailure.EncoderMissing,
                "--overlay: there is no ffmpeg command on the PATH; install it (Debian and Ubuntu: apt-get install ffmpeg).",
                e);
        }

        _errors = _encoder.StandardError.ReadToEndAsync();
    }

    /// <summary>Draws the next frame and sends it to the encoder.</summary>
    /// <param name="reading">The frame's result.</param>
    /// <param name="number">The frame's number in the clip, from 0.</param>
    /// <param name="picture">Its gray values, row by row; empty if there is no picture of the clip's size.</param>
    /// <param name="heat">The heat of each cell, row by row; empty if there is no grade.</param>
    /// <exception cref="OverlayException">ffmpeg ended early.</exception>
    public void Write(in FrameReading reading, long number, ReadOnlySpan<byte> picture, ReadOnlySpan<byte> heat)
    {
        _page!.Draw(in reading, number, picture, heat);
        try
        {
            _encoder!.StandardInput.BaseStream.Write(_page.Pixels);
        }
        catch (IOException e)
        {
            throw EncoderFailed(e);
        }
    }

    /// <summary>Completes the video and gives it its name.</summary>
    /// <exception cref="OverlayException">ffmpeg failed, or a file of that name has appeared since.</exception>
    public void Finish()
    {
        try
        {
            _encoder!.StandardInput.Close();
            _encoder.WaitForExit();
            if (_encoder.ExitCode != 0) throw EncoderFailed(null);
            File.Move(_unfinished, _path, _overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EncoderFailed(e);
        }
    }

    /// <summary>Kills the encoder if it still runs, and deletes an unfinished video.</summary>
    public void Dispose()
    {
        if (_encoder is { } encoder)
        {
            if (!encoder.HasExited) encoder.Kill();
            encoder.WaitForExit();
            encoder.Dispose();
        }

        _page?.Dispose();
        File.Delete(_unfinished);
    }

    private static OverlayException InTheWay(string what) => new(OverlayFailure.InTheWay, $"--overlay: {what}");

    private OverlayException EncoderFailed(Exception? inner)
    {
        string last = _errors!.GetAwaiter().GetResult().Trim().Split('\n')[^1];
        string why = last.Length > 0 ? last : inner?.Message ?? "it gave no reason";
        return new OverlayException(
            OverlayFailure.NotWritten,
            $"--overlay: ffmpeg could not write {_path}: {why.TrimEnd('.')}. It needs libx264 and free disk space.",
            inner);
    }
}
