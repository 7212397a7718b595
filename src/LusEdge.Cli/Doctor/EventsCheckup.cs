using System.Globalization;
using LusEdge.Publish.Connection;

namespace LusEdge.Cli.Doctor;

/// <summary>Events can be kept: the folder takes a file, and the disk has room for as many as are configured.</summary>
internal sealed class EventsCheckup() : Checkup("events", "Mqtt")
{
    private const double MiB = 1 << 20;

    /// <summary>What SQLite needs to begin with.</summary>
    private const int TrialBytes = 64 << 10;

    private const string MakeRoom = "df -h, then remove what is not needed, or set Mqtt:EventsDatabase to another disk";

    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine(examination.Options.Mqtt));

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
            return Finding.Failed(ExitCode.Unavailable, $"{existing} can't be written by {who}, so {file} can't be kept.", $"run doctor as the service's user, or: chown that user {existing}");
        }
        catch (IOException e)
        {
            return Finding.Failed(ExitCode.Unavailable, $"{existing} takes no file: {e.Message}", MakeRoom);
        }

        double free = new DriveInfo(existing).AvailableFreeSpace;
        double taken = File.Exists(file) ? new FileInfo(file).Length : 0;
        string text = string.Create(CultureInfo.InvariantCulture, $"{file}: {existing} can be written by {who}, {free / MiB:0} MiB free, at most {options.EventsMaxBytes / MiB:0} MiB wanted.");
        if (File.Exists(file) && !IsDatabase(file)) return Finding.Warning($"{text} The file is damaged: it is set aside at the next start.", "keep a copy if its events matter");
        return free + taken < options.EventsMaxBytes ? Finding.Warning($"{text} The disk is full before the file is.", $"lower Mqtt:EventsMaxBytes, or: {MakeRoom}") : Finding.Ok(text);
    }

    /// <summary>Writes a file to the disk itself and takes it away again.</summary>
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

    /// <summary>By its first bytes: opening it would leave files of this user's beside it, which the service could not write.</summary>
    private static bool IsDatabase(string file)
    {
        ReadOnlySpan<byte> magic = "SQLite format 3\0"u8;
        Span<byte> head = stackalloc byte[magic.Length];
        using FileStream stream = File.OpenRead(file);
        return stream.Length == 0 || (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(magic));
    }
}
