using System.Globalization;
using LusEdge.Machine;
using LusEdge.Publish.Connection;

namespace LusEdge.Cli.Doctor;

/// <summary>Events can be stored: the folder is writable, and the disk has room for the configured size.</summary>
internal sealed class EventsCheckup() : Checkup("events", "Mqtt")
{
    private const double MiB = 1 << 20;

    /// <summary>What SQLite needs for an empty database.</summary>
    private const int TrialBytes = 64 << 10;

    private const string MakeRoom = "df -h, then free some space, or set Mqtt:EventsDatabase to another disk";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination.Options.Mqtt));

    private static Finding Examine(MqttOptions options)
    {
        string file = Path.GetFullPath(options.EventsDatabase);
        string folder = Path.GetDirectoryName(file) ?? "/";
        string existing = folder;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        string who = Environment.UserName;
        try
        {
            Try(existing);
        }
        catch (UnauthorizedAccessException)
        {
            return Finding.Failed(
                ExitCode.Unavailable,
                $"{who} can't write to {existing}, so {file} can't be stored.",
                $"run doctor as the service's user, or: chown that user {existing}");
        }
        catch (IOException e)
        {
            return Finding.Failed(ExitCode.Unavailable, $"no file can be created in {existing}: {e.Message}", MakeRoom);
        }

        double free = new DriveInfo(existing).AvailableFreeSpace;
        double taken = File.Exists(file) ? new FileInfo(file).Length : 0;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: {who} can write to {existing}, "
                + $"{free / MiB:0} MiB free, at most {options.EventsMaxBytes / MiB:0} MiB needed.");
        if (File.Exists(file) && !IsDatabase(file))
        {
            return Finding.Warning(
                $"{text} The file is damaged: the next start sets it aside.", "keep a copy if its events matter");
        }

        return free + taken < options.EventsMaxBytes
            ? Finding.Warning($"{text} The disk will be full first.", $"lower Mqtt:EventsMaxBytes, or: {MakeRoom}")
            : Finding.Ok(text);
    }

    /// <summary>Writes a file through to the disk and deletes it.</summary>
    private static void Try(string folder)
    {
        string trial = Path.Combine(folder, $".lusedge-doctor-{Environment.ProcessId}");
        try
        {
            using FileStream stream = new(trial, FileMode.CreateNew, FileAccess.Write);
            stream.Write(new byte[TrialBytes]);
            stream.Flush(flushToDisk: true);
        }
        finally
        {
            File.Delete(trial);
        }
    }

    /// <summary>
    /// Reads only the first bytes: opening the database would leave files beside it that belong to this user, and the service
    /// could not write to them.
    /// </summary>
    private static bool IsDatabase(string file)
    {
        ReadOnlySpan<byte> magic = "SQLite format 3\0"u8;
        Span<byte> head = stackalloc byte[magic.Length];
        using FileStream stream = BoundedFile.OpenRead(file, long.MaxValue);
        if (stream.Length == 0) return true;
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(magic);
    }
}
