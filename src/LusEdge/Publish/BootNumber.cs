using System.Globalization;
using System.Text;
using LusEdge.Machine;
using Microsoft.Extensions.Logging;

namespace LusEdge.Publish;

/// <summary>
/// Numbers the starts of the service, so that readers can order them without the clock: a box without a battery for its clock
/// starts in the past. The number is one more than the last, or the seconds since 1970 if those are more: if the file is lost,
/// the clock stands in for it.
/// </summary>
internal static class BootNumber
{
    /// <summary>The start of the service does not wait any longer for the disk.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>JSON readers represent integers up to 2^53 exactly. A higher number is damage.</summary>
    private const long Highest = 1L << 53;

    /// <summary>The file, beside the events.</summary>
    public static string FileFor(string eventsDatabase) => eventsDatabase + ".boot";

    /// <summary>
    /// Numbers this start. The number is on the disk before it is returned, unless that fails or takes too long.
    /// </summary>
    /// <param name="file">Holds the last start's number.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told if the number can't be kept.</param>
    public static async Task<long> NextAsync(string file, TimeProvider time, ILogger log)
    {
        long seconds = time.GetUtcNow().ToUnixTimeSeconds();
        Task<long> next = Task.Run(() => Next(file, seconds, log));
        await Task.WhenAny(next, Task.Delay(Timeout, time)).ConfigureAwait(false);
        if (next.IsCompleted) return await next.ConfigureAwait(false);
        log.BootNotNumbered(file, "the disk does not answer");
        return seconds;
    }

    private static long Next(string file, long seconds, ILogger log)
    {
        long number = seconds;
        try
        {
            number = Math.Max(Last(file) + 1, seconds);
            Write(file, number);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.BootNotNumbered(file, e.Message);
        }

        return number;
    }

    private static long Last(string file)
    {
        if (!File.Exists(file)) return 0;
        string text = BoundedFile.ReadAllText(file, most: 32).TrimEnd('\n');
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long last);
        return isNumber && last < Highest ? last : 0;
    }

    private static void Write(string file, long number)
    {
        string next = file + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(next, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number}\n")));
            stream.Flush(flushToDisk: true);
        }

        LibC.Rename(next, file);
        LibC.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
    }
}
