using LusEdge.Health;
using LusEdge.Inbox;
using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// Notices that another model was activated while one serves, and has it ready: loaded, verified and held against its golden frames on a thread of
/// its own, and then left in the pipeline's inbox. A refused model changes nothing: the one that serves keeps serving.
/// </summary>
/// <remarks>
/// It looks at the store's link once a second: a change of a link is an event that not every file system tells. The thread has no lower priority: the
/// runtime's own threads, made when a session opens, would inherit it for as long as they serve.
/// </remarks>
public sealed class ModelWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ModelLoader _loader;
    private readonly TimeProvider _time;
    private readonly PipelineInbox _inbox;
    private readonly HealthBoard _board;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _starting = new();
    private (string? Name, DateTime At) _seen;
    private string? _serving;
    private Task _loading = Task.CompletedTask;
    private volatile bool _stopped;

    /// <summary>Begins to watch.</summary>
    /// <param name="loader">Loads what is activated.</param>
    /// <param name="seen">The store's <see cref="ModelStore.ActiveSince"/> from before that model was loaded: what is activated meanwhile is not lost.</param>
    /// <param name="serving">Name of the model that serves, null for the one that came with the program.</param>
    /// <param name="inbox">Where a model that is ready is left for the pipeline.</param>
    /// <param name="board">Told why an activated model is refused.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of every activation.</param>
    public ModelWatch(
        ModelLoader loader,
        (string? Name, DateTime At) seen,
        string? serving,
        PipelineInbox inbox,
        HealthBoard board,
        TimeProvider time,
        ILogger<SeverityModel> logger)
    {
        _loader = loader;
        _serving = serving;
        _inbox = inbox;
        _board = board;
        _time = time;
        _logger = logger;
        // What was refused at the start is not tried again until it is activated again.
        _seen = seen;
        _timer = time.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>Stops looking. A model that is still being loaded is given up; the inbox disposes one that waits in it.</summary>
    /// <param name="within">How long to wait for a model that is being loaded.</param>
    public async Task StopAsync(TimeSpan within)
    {
        _stopped = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAny(_loading, Task.Delay(within, _time)).ConfigureAwait(false);
    }

    private void Look()
    {
        lock (_starting)
        {
            if (_stopped || !_loading.IsCompleted) return;
            if (ActiveNow() is not { } now || now == _seen) return;
            _seen = now;
            _loading = Task.Factory.StartNew(() => Load(now.Name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Null for a store that is gone, or can't be looked into for the moment: it says nothing about what is to serve.</summary>
    private (string? Name, DateTime At)? ActiveNow()
    {
        try
        {
            (string? Name, DateTime At) now = _loader.Store.ActiveSince;
            return _loader.Store.IsThere ? now : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private void Load(string? name)
    {
        string? refusal = null;
        bool isOfTheModel = true;
        try
        {
            if (name != _serving)
            {
                SeverityModel model = _loader.LoadNamed(name);
                Log.TakesOver(_logger, model.InUse.Reference, model.InUse.SignedBy ?? "nobody who is trusted");
                _serving = name;
                _inbox.Post(new PipelineCommand.SwapModel(model));
            }
        }
        catch (ModelException e)
        {
            refusal = e.Message;
            isOfTheModel = e.IsModelFault;
        }
        catch (Exception e) // The top of the thread: whatever is wrong with the new model, the present one goes on.
        {
            refusal = $"{name}: it can't be loaded: {e.GetType().Name}: {e.Message}";
        }

        if (refusal is not null) Log.ActivationRefused(_logger, refusal);
        if (name is not null && isOfTheModel) _loader.Store.NoteRefusal(name, refusal);
        TellRefusal(_board, refusal);
    }

    /// <summary>Says that the active model is refused, or that it no longer is.</summary>
    internal static void TellRefusal(HealthBoard board, string? refusal) =>
        board.Set(HealthCode.ModelRefused, refusal is null ? null : $"The model that was activated is refused, and the previous one keeps serving: {refusal}");
}
