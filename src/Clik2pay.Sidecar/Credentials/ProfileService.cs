using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Runs the loops of all profiles from the end of startup until the host stops, so a failed startup makes no token call. While the loops
/// run, checks regularly whether a refresh is due according to the clocks, because timers stop while the machine is suspended.
/// </summary>
internal sealed class ProfileService(Profiles profiles, IHostApplicationLifetime lifetime, TimeProvider time) : HostedLoop
{
    private static readonly TimeSpan ClockInterval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        await using var clock = time.CreateTimer(_ => CheckClocks(), state: null, ClockInterval, ClockInterval);
        var loops = profiles.All.SelectMany(profile => new[]
        {
            profile.Tokens.RunAsync(stoppingToken),
            profile.Tokens.RotationWatch.RunAsync(stoppingToken),
        });

        // A loop ends only when the host stops, or with an error in its code, which stops the host.
        await foreach (var loop in Task.WhenEach(loops))
            await loop;
    }

    private void CheckClocks()
    {
        foreach (var profile in profiles.All)
            profile.Tokens.CheckClocks();
    }
}
