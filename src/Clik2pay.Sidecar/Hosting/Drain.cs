namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// The end, from the signal on. Readiness says no at once, and for a while callers are served as before: whoever sends them here has to notice
/// first, and an application that ends too still wants to pay. Then new requests are refused while those under way come to their end.
/// </summary>
internal sealed class Drain(SidecarOptions options, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool hasBegun;
    private int isOver;
    private int underWay;

    /// <summary>Whether requests are broken off, because they did not end in time.</summary>
    public bool BreaksOff { get; private set; }

    /// <summary>Whether the sidecar is stopping.</summary>
    public bool HasBegun => hasBegun;

    /// <summary>How many requests of callers are under way.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    /// <summary>Counts a request that begins. Each is followed by <see cref="End"/>.</summary>
    /// <returns>Whether it may go on; no when the time for new ones is over.</returns>
    public bool TryBegin(HttpContext context)
    {
        Interlocked.Increment(ref underWay);
        AskToClose(context);
        return Volatile.Read(ref isOver) == 0;
    }

    /// <summary>Once the end has begun: a caller that kept its connection would send the next request just when that closes.</summary>
    public void AskToClose(HttpContext context)
    {
        if (hasBegun)
            context.Response.Headers.Connection = "close";
    }

    public void End()
    {
        if (Interlocked.Decrement(ref underWay) == 0 && Volatile.Read(ref isOver) == 1)
            idle.TrySetResult();
    }

    /// <summary>Comes before any service stops: tokens are refreshed and probes answered until callers are gone.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        hasBegun = true;
        log.Draining((long)options.DrainDelay.TotalSeconds, (long)options.StopTimeout.TotalSeconds);
        await Task.Delay(options.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A full fence: either a request that begins now sees it, or it is seen here.
        Interlocked.Exchange(ref isOver, 1);
        if (UnderWay == 0)
            return;

        await Task.WhenAny(idle.Task, Task.Delay(options.StopTimeout, time, cancellationToken));
        BreaksOff = !idle.Task.IsCompleted;
        if (BreaksOff)
            log.BrokenOff((long)options.StopTimeout.TotalSeconds, UnderWay);
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
