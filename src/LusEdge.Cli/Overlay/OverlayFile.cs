using System.ComponentModel;
using System.Diagnostics;

namespace LusEdge.Cli.Overlay;

/// <summary>
/// A video that appears under its name only when it is complete, and that its owner alone may read: it holds a patient's pictures. The
/// <c>ffmpeg</c> command encodes it, because the program's own binding only decodes.
/// </summary>
internal sealed class OverlayFile : IDisposable
{
    private readonly string _path;
    private readonly bool _overwrite;
    private readonly string _unfinished;
    private Process? _encoder;
    private Task<string>? _complaints;

    private OverlayFile(string path, bool overwrite)
    {
        (_path, _overwrite) = (path, overwrite);
        // Nobody's file is of this name: what is there was left by a killed run, and goes.
        _unfinished = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, $".{System.IO.Path.GetFileNameWithoutExtension(path)}.part.mp4");
    }

    /// <summary>Where it will be.</summary>
    public string Path => _path;

    /// <summary>Takes the place where it is to be, before any work is done for it.</summary>
    /// <param name="path">The file to write, .mp4.</param>
    /// <param name="source">What it is made of, which it must not replace.</param>
    /// <param name="overwrite">Whether it may replace another file.</param>
    /// <exception cref="OverlayException">It is in the way of another file, or can't be written there.</exception>
    public static OverlayFile Reserve(string path, string source, bool overwrite)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (full == System.IO.Path.GetFullPath(source)) throw new OverlayException(OverlayFailure.InTheWay, $"--overlay: {path} is the clip itself; give it another name.");
        if (Directory.Exists(full)) throw new OverlayException(OverlayFailure.InTheWay, $"--overlay: {path} is a folder; name a file in it.");
        if (File.Exists(full) && !overwrite) throw new OverlayException(OverlayFailure.InTheWay, $"--overlay: {path} is there already; give another name, or --force to replace it.");
        var file = new OverlayFile(full, overwrite);
        if (file._unfinished == System.IO.Path.GetFullPath(source))
            throw new OverlayException(OverlayFailure.InTheWay, $"--overlay: {source} is what a killed run left of {path}; give the clip or the video another name.");
        try
        {
            // Made anew, because only a new file gets the mode.
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
            throw new OverlayException(OverlayFailure.NotWritten, $"--overlay: {path} can't be written: {e.Message.TrimEnd('.')}. Name a file in a folder that is there and that you may write to.", e);
        }
    }

    /// <summary>Starts the encoder: H.264 that every player shows, without anything that names the machine or the hour.</summary>
    /// <param name="width">Width in pixels, even.</param>
    /// <param name="height">Height in pixels, even.</param>
    /// <param name="interval">From picture to picture.</param>
    /// <exception cref="OverlayException">There is no ffmpeg.</exception>
    public void Start(int width, int height, TimeSpan interval)
    {
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-hide_banner", "-loglevel", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", $"{width}x{height}", "-framerate", $"{TimeSpan.TicksPerSecond}/{interval.Ticks}", "-i", "-",
            "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
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
                OverlayFailure.EncoderMissing, "--overlay: there is no ffmpeg command on the PATH to encode it; install it (Debian and Ubuntu: apt-get install ffmpeg).", e);
        }

        _complaints = _encoder.StandardError.ReadToEndAsync();
    }

    /// <summary>Sends the next picture.</summary>
    /// <param name="rgb">8 bits a channel, row by row.</param>
    /// <exception cref="OverlayException">ffmpeg left early.</exception>
    public void Write(ReadOnlySpan<byte> rgb)
    {
        try
        {
            _encoder!.StandardInput.BaseStream.Write(rgb);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>Ends the video and gives it its name.</summary>
    /// <exception cref="OverlayException">ffmpeg failed, or the name was taken meanwhile.</exception>
    public void Finish()
    {
        try
        {
            _encoder!.StandardInput.Close();
            _encoder.WaitForExit();
            if (_encoder.ExitCode != 0) throw Failed(null);
            File.Move(_unfinished, _path, _overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    /// <summary>Ends the encoder if it still runs, and removes what is unfinished.</summary>
    public void Dispose()
    {
        if (_encoder is { } encoder)
        {
            if (!encoder.HasExited) encoder.Kill();
            encoder.WaitForExit();
            encoder.Dispose();
        }

        File.Delete(_unfinished);
    }

    private OverlayException Failed(Exception? inner)
    {
        string[] complaints = _complaints!.GetAwaiter().GetResult().Trim().Split('\n');
        string why = complaints[^1].Length > 0 ? complaints[^1] : inner?.Message ?? "it gave no reason";
        return new OverlayException(
            OverlayFailure.NotWritten, $"--overlay: ffmpeg could not write {_path}: {why.TrimEnd('.')}. It needs libx264, and room on the disk.", inner);
    }
}
