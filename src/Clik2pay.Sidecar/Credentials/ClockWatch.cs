using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Checks every 5 s whether a refresh is due according to the clocks, because timers stop while the machine is suspended.
/// </summary>
internal sealed class ClockWatch(TokenLifecycle tokens, TimeProvider time) : HostedLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken);
            tokens.CheckClocks();
        }
    }
}
