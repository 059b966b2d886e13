using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Runs the refresh loop from the end of startup until the host stops. A failed startup makes no token call.</summary>
internal sealed class RefreshService(TokenLifecycle tokens, IHostApplicationLifetime lifetime) : HostedLoop
{
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await tokens.RunAsync(stoppingToken);
    }
}
