namespace Clik2pay.Sidecar.Tokens;

/// <summary>Runs the refresh loop from the host's start to its end.</summary>
internal sealed class RefreshService(RefreshLoop loop) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await loop.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the host is the loop's only way out.
        }
    }
}
