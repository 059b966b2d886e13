namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// A background service that runs until the host stops. If the host fails to start, for example because a port is in use, the host cancels
/// its services and logs each cancellation as an error with a stack trace. Therefore this service starts completely before the next one,
/// and handles its own cancellation.
/// </summary>
internal abstract class HostedLoop : BackgroundService
{
    private readonly TaskCompletionSource isRunning = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await isRunning.Task.WaitAsync(cancellationToken);
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        isRunning.SetResult();
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    protected abstract Task RunAsync(CancellationToken stoppingToken);
}
