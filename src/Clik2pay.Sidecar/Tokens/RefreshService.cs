namespace Clik2pay.Sidecar.Tokens;

/// <summary>Runs the refresh loop from the host's start to its end.</summary>
internal sealed class RefreshService(RefreshLoop loop) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(stoppingToken);
}
