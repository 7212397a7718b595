using System.Reflection;
using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>
/// The distribution's FFmpeg libraries, loaded into this process: one complete release of <see cref="FFmpegRelease.Known"/> that
/// has passed a self-check, or none. Loading is explicit, so that a refusal reaches the caller as it is.
/// </summary>
public static class FFmpegLibraries
{
    private static readonly Lock Loading = new();
    private static IReadOnlyDictionary<string, nint> _libraries = new Dictionary<string, nint>();
    private static bool _resolves;
    private static volatile FFmpegRelease? _release;

    /// <summary>Whether <see cref="Load"/> has succeeded.</summary>
    public static bool IsLoaded => _release is not null;

    /// <summary>What was loaded, for instance <c>FFmpeg 5.x (libavcodec 59)</c>.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded.</exception>
    public static string Version => $"FFmpeg {Release.Name} (libavcodec {Release.Codec})";

    /// <summary>What the distribution calls its build, for instance <c>5.1.6-0+deb12u1</c>.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded.</exception>
    public static string Build
    {
        get
        {
            _ = Release;
            return Marshal.PtrToStringUTF8(LibAv.av_version_info()) ?? "unknown";
        }
    }

    /// <summary>The release in use, for its offsets.</summary>
    internal static FFmpegRelease Release => _release ?? throw new InvalidOperationException($"{nameof(FFmpegLibraries)}.{nameof(Load)} comes first.");

    /// <summary>Loads the newest complete known release and checks that it is what the layout table says. Once loaded, does nothing.</summary>
    /// <exception cref="FFmpegException">The libraries are missing, of an unknown version, or fail the self-check.</exception>
    public static void Load()
    {
        lock (Loading)
        {
            if (IsLoaded) return;
            (FFmpegRelease release, _libraries) = FindComplete(FFmpegRelease.Known);
            if (!_resolves)
            {
                NativeLibrary.SetDllImportResolver(typeof(FFmpegLibraries).Assembly, Resolve);
                _resolves = true;
            }

            FFmpegLog.Install(_libraries[LibAv.AvUtil]);
            LibAv.avdevice_register_all();
            new AvResult(LibAv.avformat_network_init()).ThrowIfFailed("start its network layer");
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

    /// <summary>Loads the first release of which every library is there.</summary>
    /// <param name="known">What to look for, in this order.</param>
    internal static (FFmpegRelease Release, IReadOnlyDictionary<string, nint> Libraries) FindComplete(IReadOnlyList<FFmpegRelease> known)
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
                $"this program does not know libavcodec {string.Join(" or ", unknown)}, the only FFmpeg found here; it supports {supported}: install one of those.");
        }

        throw new FFmpegException(
            FFmpegFailure.LibrariesMissing,
            "load its libraries",
            $"FFmpeg's libraries are not installed; this program supports {supported}: on Debian and Ubuntu, `apt-get install ffmpeg` brings the distribution's.");
    }

    private static string Incomplete(FFmpegRelease release, List<string> missing) =>
        $"FFmpeg {release.Name} is installed without {string.Join(", ", missing)}; on Debian and Ubuntu, "
        + $"`apt-get install {string.Join(' ', missing.Select(FFmpegRelease.PackageOf))}` brings what is missing.";

    /// <summary>Which other versions are here, so that a refusal can name them.</summary>
    private static List<int> UnknownMajors(IReadOnlyList<FFmpegRelease> known)
    {
        // From FFmpeg 2.0 to a few years ahead of the newest known.
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
