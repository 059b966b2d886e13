using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Checking;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;

/// <summary>Injects faults with random durations and targets into a fleet.</summary>
internal sealed class FaultInjector(FleetUnderTest fleet, Random random)
{
    /// <summary>One of this many faults with a duration is long: 10 to 25 s.</summary>
    private const int LongOneOf = 8;

    private const int FleetSize = FleetUnderTest.Networks * FleetUnderTest.ReplicasEach;

    /// <summary>All kinds of faults in random order, repeatedly.</summary>
    public IEnumerable<FaultKind> Choose(int count)
    {
        var kinds = Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.Quiet).ToArray();
        for (var i = 0; i < count; i++)
        {
            if (i % kinds.Length == 0)
                random.Shuffle(kinds);
            yield return kinds[i % kinds.Length];
        }
    }

    /// <summary>Injects a fault, removes its cause, and waits for the fleet to recover.</summary>
    public async Task InjectAsync(FaultKind kind, bool canBeLong)
    {
        var duration = TimeSpan.FromSeconds(canBeLong && random.Next(LongOneOf) == 0 ? random.Next(10, 26) : 1 + (2 * random.NextDouble()));

        // A replica without Redis waits for it at the refresh point. The fault must last longer, so that the replica obtains its own token.
        if (kind == FaultKind.CutOffFromRedis)
            duration += fleet.History.Pace.IntervalAlone - fleet.History.Pace.RefreshInterval;
        var replica = fleet.Replicas[random.Next(fleet.Replicas.Count)];
        var group = random.Next(fleet.Groups.Count);
        var startedAt = fleet.Clock.Now;
        var (target, separatedGroups) = await InjectAsync(kind, duration, replica, group);
        var fault = new FaultWindow(kind, target, startedAt, fleet.Clock.Now, separatedGroups);
        fleet.History.Faults.Enqueue(fault);
        await fleet.WaitForRecoveryAsync(fault.EndedAt);
    }

    /// <summary>Injects no fault for long enough to observe that all replicas share their tokens again.</summary>
    public async Task LeaveAloneAsync()
    {
        await WaitAsync(HistoryChecker.LateLimit);
        var startedAt = fleet.Clock.Now;
        await WaitAsync(HistoryChecker.SharingLimit + TimeSpan.FromSeconds(1));
        fleet.History.Faults.Enqueue(new(FaultKind.Quiet, "", startedAt, fleet.Clock.Now, SeparatedGroups: 0));
        await fleet.WaitForRecoveryAsync(fleet.Clock.Now);
    }

    /// <returns>The target, and the number of separated groups. Without Redis, each replica is a separate group.</returns>
    private async Task<(string Target, int SeparatedGroups)> InjectAsync(FaultKind kind, TimeSpan duration, FleetReplica replica, int group)
    {
        switch (kind)
        {
            case FaultKind.KillSidecar:
                await replica.RestartAsync();
                return ($"replica {replica.Number}", 1);
            case FaultKind.StopSidecar:
                replica.Signal(SidecarProcess.Stop);
                await WaitAsync(duration);
                replica.Signal(SidecarProcess.Continue);
                return ($"replica {replica.Number}", 1);
            case FaultKind.CutOffFromRedis:
                await CutOffAsync(fleet.Groups[group], duration, fleet.Redis.Ports);
                return ($"group {group}", FleetUnderTest.ReplicasEach);
            case FaultKind.CutOffFromMaster:
                await CutOffAsync(fleet.Groups[group], duration, [(await fleet.Redis.FindMasterAsync()).Port]);
                return ($"group {group}", FleetUnderTest.ReplicasEach);
            case FaultKind.FailOver:
                await fleet.Redis.FailOverAsync();
                await fleet.Redis.RepairAsync();
                return ("Redis", FleetSize);
            case FaultKind.KillMaster:
                await fleet.Redis.KillMasterAsync();
                await fleet.Redis.RepairAsync();
                return ("Redis", FleetSize);
            case FaultKind.StopMaster:
                var master = await fleet.Redis.FindMasterAsync();
                master.Signal(SidecarProcess.Stop);
                await WaitAsync(duration);
                master.Signal(SidecarProcess.Continue);
                await fleet.Redis.RepairAsync();
                return ("Redis", FleetSize);
            case FaultKind.FlushRedis:
                await (await fleet.Redis.FindMasterAsync()).RunAsync("FLUSHALL");
                return ("Redis", 1);
            case FaultKind.FailTokenEndpoint:
                var failures = fleet.History.FailedTokenCalls.Count;
                fleet.Provider.IsFailing = true;
                await WaitAsync(duration);
                while (fleet.History.FailedTokenCalls.Count == failures)
                    await WaitAsync(TimeSpan.FromMilliseconds(50));
                fleet.Provider.IsFailing = false;
                return ("token endpoint", 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null);
        }
    }

    private static async Task CutOffAsync(TestNetwork network, TimeSpan duration, IEnumerable<int> ports)
    {
        foreach (var port in ports)
        {
            await network.DropAsync("--dport", $"{port}");
            await network.DropIncomingAsync("--sport", $"{port}");
        }

        await WaitAsync(duration);
        await network.HealAsync();
    }

    private static Task WaitAsync(TimeSpan duration) => Task.Delay(duration, SystemDefaults.Time, TestContext.Current.CancellationToken);
}
