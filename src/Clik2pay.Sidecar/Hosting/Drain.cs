namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// The shutdown. Readiness fails at once, and callers are still served for a while: load balancers need time to notice, and an
/// application that is stopping too may still have payments to make. Then new requests are refused, while those in progress may end.
/// </summary>
internal sealed class Drain(DrainOptions options, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool hasBegun;
    private int isOver;
    private int inProgress;

    /// <summary>Whether requests are aborted because they did not end in time.</summary>
    public bool Aborts { get; private set; }

    /// <summary>Whether the sidecar is stopping.</summary>
    public bool HasBegun => hasBegun;

    /// <summary>The number of requests of callers that are in progress.</summary>
    public int RequestsInProgress => Volatile.Read(ref inProgress);

    /// <summary>Counts a request that begins. Call <see cref="End"/> when it has ended, in any case.</summary>
    /// <returns>Whether the request may be served. False after the drain.</returns>
    public bool TryBegin(HttpContext context)
    {
        Interlocked.Increment(ref inProgress);
        AskToClose(context);
        return Volatile.Read(ref isOver) == 0;
    }

    /// <summary>
    /// After the drain has begun, asks the caller to close its connection. Otherwise its next request could arrive just when the sidecar
    /// closes it.
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

    /// <summary>Runs before any service stops, so that tokens are refreshed and probes respond until all callers are served.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hasBegun = true;
        log.Draining((long)options.DrainDelay.TotalSeconds, (long)options.StopTimeout.TotalSeconds);
        await Task.Delay(options.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A full fence: a request that begins now sees isOver, or is counted here.
        Interlocked.Exchange(ref isOver, 1);
        if (RequestsInProgress == 0)
            return;

        await Task.WhenAny(idle.Task, Task.Delay(options.StopTimeout, time, cancellationToken));
        Aborts = !idle.Task.IsCompleted;
        if (Aborts)
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
