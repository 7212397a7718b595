using System.Runtime.InteropServices;
using LusEdge.FFmpeg.Native;

namespace LusEdge.FFmpeg;

/// <summary>An AVDictionary for one call. FFmpeg removes the options it knows: anything left is an error.</summary>
internal unsafe ref struct OptionDictionary
{
    private const int MatchAnyKey = 2; // AV_DICT_IGNORE_SUFFIX
    private nint _dictionary;

    public OptionDictionary(IReadOnlyDictionary<string, string> options)
    {
        fixed (nint* dictionary = &_dictionary)
        {
            foreach ((string key, string value) in options) _ = LibAv.av_dict_set(dictionary, key, value, 0);
        }
    }

    /// <summary>For the call's AVDictionary** argument.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref nint Reference => ref _dictionary;

    /// <exception cref="FFmpegException">The call left options unused.</exception>
    public readonly void ThrowIfAnyIsLeft(string operation)
    {
        nint entry = LibAv.av_dict_get(_dictionary, "", 0, MatchAnyKey);
        if (entry == 0) return;
        string key = Marshal.PtrToStringUTF8(*(nint*)entry) ?? "";
        throw new FFmpegException(
            FFmpegFailure.UnknownOption,
            operation,
            $"FFmpeg has no option \"{key}\" for this source; remove it, or see `ffmpeg -h full` for the options of its format and protocol.");
    }

    public void Dispose()
    {
        fixed (nint* dictionary = &_dictionary) LibAv.av_dict_free(dictionary);
    }
}
