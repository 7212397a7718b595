using System.CommandLine;
using LusEdge.Cli.Doctor;

namespace LusEdge.Cli.Commands;

/// <summary><c>lusedge doctor</c>: looks at everything that the service needs, and says what to do next.</summary>
internal static class DoctorCommand
{
    /// <summary>A check that takes longer says that it is at work.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Option<string> config = RunCommand.ConfigOption();
        var json = new Option<bool>("--json") { Arity = ArgumentArity.Zero, Description = "One JSON object on standard output." };
        var doctor = new Command("doctor", "Checks everything the service needs: configuration, FFmpeg, source, model, broker, disk, clock.") { config, json };
        doctor.SetAction((parsed, stop) => StandardOutput.WriteAsync(() => ExamineAsync(
            new Examination(parsed.GetValue(config)!, parsed.GetResult(config) is null or { Implicit: true }, TimeProvider.System), parsed.GetValue(json), stop)));
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
            return Finding.Skipped(examination.IsUnreadable ? "the configuration can't be read." : $"section {section} of the configuration has errors.");
        }

        TimeSpan limit = checkup.Limit(examination);
        Task<Finding> examined = Task.Run(() => checkup.ExamineAsync(examination, stop), stop);
        using var progress = new ProgressLine($"checking {checkup.Name}");
        long started = examination.Time.GetTimestamp();
        bool told = false;
        while (await Task.WhenAny(examined, Task.Delay(TimeSpan.FromMilliseconds(200), examination.Time, stop)) != examined && !stop.IsCancellationRequested)
        {
            TimeSpan took = examination.Time.GetElapsedTime(started);
            if (took > limit)
            {
                return Finding.Failed(ExitCode.Hung, $"no answer within {limit.TotalSeconds:0} s, and nothing ends it: the system or a driver holds it.", "see the kernel's log: dmesg | tail; unplug the device, or restart the box");
            }

            if (took < Quiet) continue;
            progress.Show($"{took.TotalSeconds:0} s of {limit.TotalSeconds:0} s at most");
            if (!told && Console.IsErrorRedirected) Failure.Print($"checking {checkup.Name}, for {limit.TotalSeconds:0} s at most");
            told = true;
        }

        try
        {
            return await examined;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Finding.Skipped("interrupted.");
        }
        catch (Exception e) // The top of a check: a fault in one must not keep the others from being done.
        {
            return Finding.Failed(ExitCode.Internal, $"the check itself failed: {e.GetType().Name}: {e.Message}", "report it with the command line and the version");
        }
    }
}
