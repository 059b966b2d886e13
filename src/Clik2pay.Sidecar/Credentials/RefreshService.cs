using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Runs the refresh loop from the end of startup until the host stops, so a failed startup makes no token call. While the loop runs, checks
/// regularly whether a refresh is due according to the clocks, because timers stop while the machine is suspended.
/// </summary>
internal sealed class RefreshService(TokenLifecycle tokens, IHostApplicationLifetime lifetime, TimeProvider time) : HostedLoop
{
    private static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        await using var clock = time.CreateTimer(_ => tokens.CheckClocks(), state: null, ClockInterval, ClockInterval);
        await tokens.RunAsync(stoppingToken);
    }
}
