namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// A background service that runs until the host stops. When the start of the host fails, for instance because a port is in use, the host
/// cancels its services without having stopped them, and reports one that it canceled as a fault. So a start waits until this one runs, and
/// its cancellation ends here.
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
            // The host stops.
        }
    }

    protected abstract Task RunAsync(CancellationToken stoppingToken);
}
