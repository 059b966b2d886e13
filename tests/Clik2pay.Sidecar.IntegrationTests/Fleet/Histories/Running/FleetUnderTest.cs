using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Checking;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;

/// <summary>Sidecar processes in several networks that share one Redis. Each process has a caller.</summary>
internal sealed class FleetUnderTest : IAsyncDisposable
{
    public const int Networks = 2;
    public const int ReplicasEach = 4;

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    private readonly Stack<IAsyncDisposable> parts = new();

    private FleetUnderTest(FleetPace pace) => History = new(Networks * ReplicasEach, pace);

    public History History { get; }

    public HistoryClock Clock { get; } = new();

    public List<TestNetwork> Groups { get; } = [];

    public List<FleetReplica> Replicas { get; } = [];

    public SentinelRedis Redis { get; private set; } = null!;

    public RecordedProvider Provider { get; private set; } = null!;

    /// <summary>Starts the fleet and waits until every replica serves calls.</summary>
    public static async Task<FleetUnderTest> StartAsync(FleetPace pace)
    {
        var fleet = new FleetUnderTest(pace);
        try
        {
            await fleet.StartAsync();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every replica has served a call that was sent after this time, at most until the recovery limit.</summary>
    public async Task WaitForRecoveryAsync(TimeSpan since)
    {
        while (!Replicas.TrueForAll(replica => replica.HasServedSince(since)) && Clock.Now < since + HistoryChecker.RecoveryLimit)
            await Task.Delay(PollPeriod, SystemDefaults.Time, TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the recording and the fleet.</summary>
    public async ValueTask DisposeAsync()
    {
        History.EndedAt = Clock.Now;
        while (parts.TryPop(out var part))
            await part.DisposeAsync();
    }

    private async Task StartAsync()
    {
        for (var i = 0; i < Networks; i++)
            Groups.Add(Keep(await TestNetwork.CreateAsync(_ => "")));
        foreach (var network in Groups.Skip(1))
            await network.ReachHostOfAsync(Groups[0]);

        Redis = Keep(await SentinelRedis.StartAsync(Groups[0].Host));
        Provider = Keep(await RecordedProvider.StartAsync(History, Clock, Groups[0].Host));
        for (var i = 0; i < History.Replicas; i++)
        {
            var network = Groups[i / ReplicasEach];
            Replicas.Add(Keep(new FleetReplica(i, () => StartProcess(network), History, Clock)));
        }

        await Task.WhenAll(Replicas.Select(replica => replica.StartAsync()));
        await WaitForRecoveryAsync(Clock.Now);
        Keep(new StoreObserver(Redis, History, Clock));
    }

    private SidecarProcess StartProcess(TestNetwork network) => SidecarProcess.StartBy(
        network.Command,
        SidecarProcess.Environment(
            Provider.Upstream,
            Provider.TokenEndpoint,
            [
                .. network.Settings,
                ("Redis:ConnectionString", Redis.ConnectionString),
                ("Clik2pay:RefreshAt", FormattableString.Invariant($"{History.Pace.RefreshAt}")),
            ]),
        "run");

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        parts.Push(part);
        return part;
    }
}
