using System.CommandLine;
using LusEdge.Cli.Doctor;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge doctor</c>: checks everything the service needs, and says what to do next.</summary>
internal static class DoctorCommand
{
    /// <summary>A check that takes longer than this shows its progress.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Option<string> config = RunCommand.ConfigOption();
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "Print one JSON object." };
        var doctor = new Command(
            "doctor", "Checks everything the service needs: configuration, FFmpeg, source, model, broker, disk, clock.")
        {
            config, json,
        };
        doctor.SetAction((parsed, stop) =>
        {
            bool isDefaultFile = parsed.GetResult(config) is null or { Implicit: true };
            return StandardOutput.WriteAsync(() => ExamineAsync(
                new Examination(parsed.GetValue(config)!, isDefaultFile, TimeProvider.System), parsed.GetValue(json), stop));
        });
        return doctor;
    }

    private static async Task<ExitCode> ExamineAsync(Examination examination, bool json, CancellationToken stop)
    {
        var output = new DoctorOutput(json);
        output.Begin();
        foreach (Checkup checkup in Checkup.All)
        {
            output.Add(checkup.Name, await ExamineAsync(checkup, examination, stop));
            if (stop.IsCancellationRequested) return ExitCode.Interrupted;
        }

        output.Finish(examination.IsWithoutFile ? null : examination.File);
        return output.Code;
    }

    private static async Task<Finding> ExamineAsync(Checkup checkup, Examination examination, CancellationToken stop)
    {
        if (checkup.Section is { } section && examination.IsBroken(section))
        {
            return Finding.Skipped(examination.IsUnreadable
                ? "the configuration can't be read."
                : $"section {section} of the configuration has errors.");
        }

        TimeSpan limit = checkup.Limit(examination);
        Task<Finding> examined = Task.Run(() => checkup.ExamineAsync(examination, stop), stop);
        using var progress = new ProgressLine($"checking {checkup.Name}");
        long started = examination.Time.GetTimestamp();
        bool isAnnounced = false;
        while (await Task.WhenAny(examined, Task.Delay(TimeSpan.FromMilliseconds(200), examination.Time, stop)) != examined
            && !stop.IsCancellationRequested)
        {
            TimeSpan took = examination.Time.GetElapsedTime(started);
            if (took > limit)
            {
                return Finding.Failed(
                    ExitCode.Hung,
                    $"no answer within {limit.TotalSeconds:0} s, and the check can't be stopped: a driver or the system hangs.",
                    "read the kernel's log: dmesg | tail; unplug the device, or restart the box");
            }

            if (took < Quiet) continue;
            progress.Show($"{took.TotalSeconds:0} s of at most {limit.TotalSeconds:0} s");
            if (!isAnnounced && Console.IsErrorRedirected)
                Failure.Print($"checking {checkup.Name}, for at most {limit.TotalSeconds:0} s");
            isAnnounced = true;
        }

        try
        {
            return await examined;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Finding.Skipped("interrupted.");
        }
        catch (Exception e) // The top of a check: a bug in one must not keep the others from running.
        {
            return Finding.Failed(
                ExitCode.Internal,
                $"the check itself failed: {e.GetType().Name}: {e.Message}",
                "report it with the command line and the version");
        }
    }
}
