using System.Reflection;
using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// The distribution's FFmpeg libraries, loaded into this process: one complete release from <see cref="FFmpegRelease.Known"/>
/// that passed a self-check, or nothing. Loading is explicit so that the caller sees the original error.
/// </summary>
public static class FFmpegLibraries
{
    /// <summary>
    /// The largest block of memory that FFmpeg may allocate, in bytes: the largest picture at eight bytes per pixel, and some
    /// padding. It bounds what <see cref="Decoder.MaxPixels"/> does not reach: packets, and streams found while probing.
    /// </summary>
    private const nuint MaxBlock = ((nuint)Decoder.MaxPixels * 8) + (4 << 20);

    private static readonly Lock Loading = new();
    private static IReadOnlyDictionary<string, nint> _libraries = new Dictionary<string, nint>();
    private static bool _hasResolver;
    private static volatile FFmpegRelease? _release;

    /// <summary>Whether <see cref="Load"/> has succeeded.</summary>
    public static bool IsLoaded => _release is not null;

    /// <summary>The loaded release, for instance <c>FFmpeg 5.x (libavcodec 59)</c>.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded.</exception>
    public static string Version => $"FFmpeg {Release.Name} (libavcodec {Release.Codec})";

    /// <summary>The distribution's name for its build, for instance <c>5.1.6-0+deb12u1</c>.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded.</exception>
    public static string Build
    {
        get
        {
            _ = Release;
            return Marshal.PtrToStringUTF8(LibAv.av_version_info()) ?? "unknown";
        }
    }

    /// <summary>The release in use; its row holds the struct offsets.</summary>
    internal static FFmpegRelease Release =>
        _release ?? throw new InvalidOperationException($"Call {nameof(FFmpegLibraries)}.{nameof(Load)} first.");

    /// <summary>
    /// Loads the newest known release that is complete, and checks it against the layout table. Does nothing if already loaded.
    /// </summary>
    /// <exception cref="FFmpegException">The libraries are missing, of an unknown version, or fail the self-check.</exception>
    public static void Load()
    {
        lock (Loading)
        {
            if (IsLoaded) return;
            (FFmpegRelease release, _libraries) = FindComplete(FFmpegRelease.Known);
            if (!_hasResolver)
            {
                NativeLibrary.SetDllImportResolver(typeof(FFmpegLibraries).Assembly, Resolve);
                _hasResolver = true;
            }

            FFmpegLog.Install(_libraries[LibAv.AvUtil]);
            LibAv.av_max_alloc(MaxBlock);
            LibAv.avdevice_register_all();
            new AvResult(LibAv.avformat_network_init()).ThrowIfFailed("initialize its network layer");
            SelfCheck.Layout(release);
            _release = release;
            try
            {
                SelfCheck.Behaviour();
            }
            catch
            {
                _release = null;
                throw;
            }
        }
    }

    /// <summary>Loads the first release whose libraries are all installed.</summary>
    /// <param name="known">Releases to try, in order.</param>
    internal static (FFmpegRelease Release, IReadOnlyDictionary<string, nint> Libraries) FindComplete(
        IReadOnlyList<FFmpegRelease> known)
    {
        string? incomplete = null;
        foreach (FFmpegRelease release in known)
        {
            var loaded = new Dictionary<string, nint>();
            var missing = new List<string>();
            foreach ((string name, string sharedObject) in release.Libraries)
            {
                if (NativeLibrary.TryLoad(sharedObject, out nint library)) loaded[name] = library;
                else missing.Add(sharedObject);
            }

            if (missing.Count == 0) return (release, loaded);
            foreach (nint library in loaded.Values) NativeLibrary.Free(library);
            if (loaded.ContainsKey(LibAv.AvCodec)) incomplete ??= Incomplete(release, missing);
        }

        if (incomplete is not null) throw new FFmpegException(FFmpegFailure.LibrariesMissing, "load its libraries", incomplete);
        string supported = string.Join(", ", known.Select(r => $"libavcodec {r.Codec} (FFmpeg {r.Name})"));
        List<int> unknown = UnknownMajors(known);
        if (unknown.Count > 0)
        {
            throw new FFmpegException(
                FFmpegFailure.VersionUnsupported,
                "load its libraries",
                $"this program does not support libavcodec {string.Join(" or ", unknown)}, the only FFmpeg found here; "
                + $"install a supported one: {supported}.");
        }

        throw new FFmpegException(
            FFmpegFailure.LibrariesMissing,
            "load its libraries",
            $"the FFmpeg libraries are not installed; install {supported}: on Debian and Ubuntu, run `apt-get install ffmpeg`.");
    }

    private static string Incomplete(FFmpegRelease release, List<string> missing) =>
        $"FFmpeg {release.Name} is installed without {string.Join(", ", missing)}; on Debian and Ubuntu, run "
        + $"`apt-get install {string.Join(' ', missing.Select(FFmpegRelease.PackageOf))}`.";

    /// <summary>Installed versions that are not in the table, for the error message.</summary>
    private static List<int> UnknownMajors(IReadOnlyList<FFmpegRelease> known)
    {
        // From FFmpeg 2.0 to a few years past the newest known release.
        const int Oldest = 55;
        const int Newest = 75;
        var found = new List<int>();
        for (int major = Oldest; major <= Newest; major++)
        {
            if (known.Any(r => r.Codec == major) || !NativeLibrary.TryLoad($"libavcodec.so.{major}", out nint library)) continue;
            NativeLibrary.Free(library);
            found.Add(major);
        }

        return found;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => _libraries.GetValueOrDefault(name);
}
