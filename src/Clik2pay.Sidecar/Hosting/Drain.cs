namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Shuts down in two steps. First, readiness fails while callers are still served: load balancers react with a delay, and an application
/// that is also stopping may still make payments. Then new requests are refused, and requests in progress may complete.
/// </summary>
internal sealed class Drain(DrainOptions options, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool hasBegun;
    private int isOver;
    private int inProgress;

    /// <summary>Whether requests are aborted because they did not complete in time.</summary>
    public bool IsAborting { get; private set; }

    /// <summary>Whether the sidecar is stopping.</summary>
    public bool HasBegun => hasBegun;

    /// <summary>The number of caller requests in progress.</summary>
    public int RequestsInProgress => Volatile.Read(ref inProgress);

    /// <summary>Counts a request. Call <see cref="End"/> when the request ends, even if this method returns false.</summary>
    /// <returns>Whether the request may be served. False after the drain.</returns>
    public bool TryBegin(HttpContext context)
    {
        Interlocked.Increment(ref inProgress);
        AskToClose(context);
        return Volatile.Read(ref isOver) == 0;
    }

    /// <summary>
    /// After the drain has begun, asks the caller to close its connection. Otherwise, the caller's next request could arrive at the moment
    /// at which the sidecar closes the connection.
    /// </summary>
    public void AskToClose(HttpContext context)
    {
        if (hasBegun)
            context.Response.Headers.Connection = "close";
    }

    public void End()
    {
        if (Interlocked.Decrement(ref inProgress) == 0 && Volatile.Read(ref isOver) == 1)
            idle.TrySetResult();
    }

    /// <summary>Runs before any service stops, so that tokens are refreshed and probes respond during the drain.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hasBegun = true;
        log.Draining((long)options.DrainDelay.TotalSeconds, (long)options.StopTimeout.TotalSeconds);
        await Task.Delay(options.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A full fence. A concurrent request either sees isOver or is counted here.
        Interlocked.Exchange(ref isOver, 1);
        if (RequestsInProgress == 0)
            return;

        await Task.WhenAny(idle.Task, Task.Delay(options.StopTimeout, time, cancellationToken));
        IsAborting = !idle.Task.IsCompleted;
        if (IsAborting)
            log.Aborted((long)options.StopTimeout.TotalSeconds, RequestsInProgress);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        log.Stopped();
        return Task.CompletedTask;
    }
}
