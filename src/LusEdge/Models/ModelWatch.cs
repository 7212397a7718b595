using LusEdge.Health;
using LusEdge.Inbox;
using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// Notices that another model was activated while one serves. On a thread of its own it
/// loads and verifies the new model and compares it with its golden frames, and then posts
/// it to the pipeline's inbox. If the new model is refused, the serving one keeps serving.
/// </summary>
/// <remarks>
/// It polls the store's link once per second, because not every file system notifies of a changed link. The thread keeps normal
/// priority: ONNX Runtime's own threads, created with the session, would inherit a lower one for good.
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
    /// <param name="loader">Loads the activated model.</param>
    /// <param name="seen">
    /// The store's <see cref="ModelStore.ActiveSince"/>, read before the
    /// serving model was loaded, so that an activation meanwhile is not lost.
    /// </param>
    /// <param name="serving">Name of the serving model; null for the one that ships with the program.</param>
    /// <param name="inbox">Receives the model once it is loaded.</param>
    /// <param name="board">Receives the reason if an activated model is refused.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs every activation.</param>
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
        // A model that was refused at the start is not tried again until it is activated again.
        _seen = seen;
        _timer = time.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>
    /// Stops watching. A model still loading after the wait is abandoned; the inbox disposes a model that waits in it.
    /// </summary>
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
            if (ReadActive() is not { } now || now == _seen) return;
            _seen = now;
            _loading = Task.Factory.StartNew(
                () => Load(now.Name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Null if the store is gone or can't be read at the moment: then nothing changes.</summary>
    private (string? Name, DateTime At)? ReadActive()
    {
        try
        {
            (string? Name, DateTime At) now = _loader.Store.ActiveSince;
            return _loader.Store.Exists ? now : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private void Load(string? name)
    {
        string? refusal = null;
        bool isModelFault = true;
        try
        {
            if (name != _serving)
            {
                SeverityModel model = _loader.LoadNamed(name);
                Log.ModelActivated(_logger, model.InUse.Reference, model.InUse.SignedBy ?? "no trusted key");
                _serving = name;
                _inbox.Post(new PipelineCommand.SwapModel(model));
            }
        }
        catch (ModelException e)
        {
            refusal = e.Message;
            isModelFault = e.IsModelFault;
        }
        catch (Exception e) // The top of the thread: whatever is wrong with the new model, the serving one keeps serving.
        {
            refusal = $"{name}: can't be loaded: {e.GetType().Name}: {e.Message}";
        }

        if (refusal is not null) Log.ActivationRefused(_logger, refusal);
        if (name is not null && isModelFault) _loader.Store.RecordRefusal(name, refusal);
        ReportRefusal(_board, refusal);
    }

    /// <summary>Reports that the active model is refused, or clears that report.</summary>
    internal static void ReportRefusal(HealthBoard board, string? refusal) => board.Set(
        HealthCode.ModelRefused,
        refusal is null ? null : $"The activated model was refused, and the previous one keeps serving: {refusal}");
}
