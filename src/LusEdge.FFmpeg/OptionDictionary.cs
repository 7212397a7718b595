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

    /// <param name="operation">The call.</param>
    /// <param name="except">An option that may be left, because not every release has it; null for none.</param>
    /// <exception cref="FFmpegException">The call left options unused.</exception>
    public readonly void ThrowIfAnyIsLeft(string operation, string? except = null)
    {
        nint entry = 0;
        string key;
        do
        {
            entry = LibAv.av_dict_get(_dictionary, "", entry, MatchAnyKey);
            if (entry == 0) return;
            key = Marshal.PtrToStringUTF8(*(nint*)entry) ?? "";
        }
        while (key == except);

        throw new FFmpegException(
            FFmpegFailure.UnknownOption,
            operation,
            $"FFmpeg has no option \"{key}\" for this source; remove it, "
            + "or see `ffmpeg -h full` for the options of its format and protocol.");
    }

    public void Dispose()
    {
        fixed (nint* dictionary = &_dictionary) LibAv.av_dict_free(dictionary);
    }
}
