namespace Clik2pay.Sidecar.Tokens;

/// <summary>Runs the refresh loop from the moment at which callers are served to the host's end: a start that fails, of a port that is taken say, costs no token call.</summary>
internal sealed class RefreshService(RefreshLoop loop, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            await loop.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the host is the loop's only way out.
        }
    }
}
