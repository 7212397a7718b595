using Spectre.Console;

namespace LusEdge.Training.Commands;

/// <summary>
/// Shows the progress of long operations on standard error: bars on a terminal, otherwise a plain line every few seconds.
/// </summary>
internal static class ProgressDisplay
{
    /// <summary>Shorter operations need no display.</summary>
    private static readonly TimeSpan FirstLineAfter = TimeSpan.FromSeconds(2);

    /// <summary>Often enough to show that the program is alive, seldom enough for a log file.</summary>
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    /// <summary>Runs an operation on another thread and shows its progress.</summary>
    /// <param name="work">The operation. It may report its progress from any thread.</param>
    public static Task RunAsync(Func<IProgress<WorkProgress>, Task> work) => RunAsync(async progress =>
    {
        await work(progress);
        return true;
    });

    /// <inheritdoc cref="RunAsync(Func{IProgress{WorkProgress}, Task})"/>
    /// <returns>The result of the operation.</returns>
    public static Task<T> RunAsync<T>(Func<IProgress<WorkProgress>, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return Task.Run(() => work(new Lines(TimeProvider.System)));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => Task.Run(() => work(new Bars(context))));
    }

    private sealed class Lines(TimeProvider time) : IProgress<WorkProgress>
    {
        private readonly long _started = time.GetTimestamp();
        private readonly Lock _lock = new();
        private TimeSpan _next = FirstLineAfter;

        public void Report(WorkProgress value)
        {
            lock (_lock)
            {
                TimeSpan elapsed = time.GetElapsedTime(_started);
                if (elapsed < _next) return;
                _next = elapsed + LineEvery;
                Console.Error.WriteLine(
                    $"{value.Stage}: {value.Done} of "
                        + $"{value.Total}{(value.Note is null ? "" : $", {value.Note}")}, {elapsed:h\\:mm\\:ss}");
            }
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<WorkProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];
        private readonly Lock _lock = new();

        public void Report(WorkProgress value)
        {
            lock (_lock)
            {
                if (!_tasks.TryGetValue(value.Stage, out ProgressTask? task))
                    _tasks[value.Stage] = task = context.AddTask(value.Stage);
                task.MaxValue = value.Total;
                task.Value = value.Done;
                task.Description = value.Note is null ? value.Stage : $"{value.Stage}, {value.Note}";
            }
        }
    }
}
