namespace LusEdge.Results;

/// <summary>Wakes one waiting loop. Setting it never blocks and allocates nothing; setting it twice wakes once.</summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);
    private int _set;

    /// <summary>Wakes the loop, or lets its next wait return at once.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0) _semaphore.Release();
    }

    /// <summary>Waits until it is set, and resets it. What was written before <see cref="Set"/> is visible afterwards.</summary>
    /// <param name="stop">Ends the wait with an exception.</param>
    public async ValueTask WaitAsync(CancellationToken stop)
    {
        await _semaphore.WaitAsync(stop).ConfigureAwait(false);
        Interlocked.Exchange(ref _set, 0);
    }

    /// <summary>The same, with a time limit.</summary>
    /// <param name="atMost">The limit.</param>
    /// <param name="time">The clock that measures it.</param>
    /// <param name="stop">Ends the wait with an exception.</param>
    public async ValueTask WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        using var elapsed = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, stop);
        try
        {
            await WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The time is up.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _semaphore.Dispose();
}
