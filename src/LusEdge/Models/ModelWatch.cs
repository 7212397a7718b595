using LusEdge.Infer;
using Microsoft.Extensions.Logging;

namespace LusEdge.Models;

/// <summary>
/// Notices that another model was activated while one serves, and has it ready: loaded, verified and held against its golden frames on a thread of
/// its own, until the pipeline takes it between two frames. What is refused leaves the one that serves alone.
/// </summary>
/// <remarks>
/// It looks at the store's link once a second: a change of a link is an event that not every file system tells. The thread has no lower priority: the
/// runtime's own threads, made when a session opens, would inherit it for as long as they serve.
/// </remarks>
public sealed class ModelWatch : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>How long an end waits for a model that is being loaded: it must not outlast the process's own goodbye.</summary>
    private static readonly TimeSpan LoadEndsWithin = TimeSpan.FromSeconds(0.4);

    private readonly ModelLoader _loader;
    private readonly TimeProvider _time;
    private readonly Action<string?> _refused;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _starting = new();
    private (string? Name, DateTime At) _seen;
    private string? _serving;
    private SeverityModel? _waiting;
    private Task _loading = Task.CompletedTask;
    private volatile bool _stopped;

    /// <summary>Begins to watch.</summary>
    /// <param name="loader">Loads what is activated.</param>
    /// <param name="seen">The store's <see cref="ModelStore.ActiveSince"/> from before that model was loaded: what is activated meanwhile is not lost.</param>
    /// <param name="serving">Name of the model that serves, null for the one that came with the program.</param>
    /// <param name="refused">Told, on another thread, why an activated model is refused, or null when none is any more.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of every activation.</param>
    public ModelWatch(
        ModelLoader loader, (string? Name, DateTime At) seen, string? serving, Action<string?> refused, TimeProvider time, ILogger<SeverityModel> logger)
    {
        _loader = loader;
        _serving = serving;
        _refused = refused;
        _time = time;
        _logger = logger;
        // What was refused at the start is not tried again until it is activated again.
        _seen = seen;
        _timer = time.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <summary>The model to go on with, null as long as it is the present one. Costs a read. Whoever takes it disposes it.</summary>
    public SeverityModel? Take() => Volatile.Read(ref _waiting) is null ? null : Interlocked.Exchange(ref _waiting, null);

    /// <summary>Stops looking. A model that waits, or comes too late, is let go.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAny(_loading, Task.Delay(LoadEndsWithin, _time)).ConfigureAwait(false);
        Take()?.Dispose();
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
                Interlocked.Exchange(ref _waiting, model)?.Dispose();
                if (_stopped) Take()?.Dispose();
            }
        }
        catch (ModelException e)
        {
            refusal = e.Message;
            isOfTheModel = e.IsOfTheModel;
        }
        catch (Exception e) // The top of the thread: whatever is wrong with the new model, the present one goes on.
        {
            refusal = $"{name}: it can't be loaded: {e.GetType().Name}: {e.Message}";
        }

        if (refusal is not null) Log.ActivationRefused(_logger, refusal);
        if (name is not null && isOfTheModel) _loader.Store.NoteRefusal(name, refusal);
        _refused(refusal);
    }
}
