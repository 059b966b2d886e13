using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>One healthy profile beside 49 profiles whose token endpoints cannot be reached.</summary>
[Collection(OneByOne.Name)]
public sealed class UnreachableProfileTests : IAsyncDisposable
{
    private const int Starts = 5;

    /// <summary>
    /// The largest ratio of two latencies of the same run. A timeout of another profile would be a hundred times as long.
    /// </summary>
    private const double MaxRatio = 10;

    private readonly Socket refusing = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly TcpServer silent = new((_, stopped) => Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, stopped));
    private readonly BlackHole blackHole = new();

    public UnreachableProfileTests() => refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public async ValueTask DisposeAsync()
    {
        refusing.Dispose();
        await silent.DisposeAsync();
        blackHole.Dispose();
    }

    [Fact]
    public async Task The_first_call_of_a_healthy_profile_is_not_delayed_by_49_unreachable_token_endpoints()
    {
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        var healthy = servers.Merchants.Names[0];
        EndPoint[] unreachable = [refusing.LocalEndPoint!, silent.EndPoint, blackHole.EndPoint];
        var changed = servers.Merchants.Names.Skip(1).Select((name, index) =>
            ($"Profiles:{name}:TokenEndpoint", (string?)$"http://{unreachable[index % unreachable.Length]}/oauth2/token"));
        IEnumerable<(string, string?)> allHealthy = [.. servers.Settings()], oneHealthy = [.. allHealthy, .. changed];

        var (alone, beside) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var start = 0; start < Starts; start++)
        {
            alone.Add(await MeasureFirstCallAsync(allHealthy));
            beside.Add(await MeasureFirstCallAsync(oneHealthy));
        }

        var ratio = Median(beside) / Median(alone);
        Figures.Report($"First call beside 49 unreachable token endpoints: {ratio:0.00} times as long as beside 49 healthy ones");
        Assert.True(ratio < MaxRatio, $"The first call took {ratio:0.0} times as long beside unreachable token endpoints.");
        Assert.Empty(servers.Merchants.Violations);

        async Task<TimeSpan> MeasureFirstCallAsync(IEnumerable<(string, string?)> settings)
        {
            await using var sidecar = await servers.StartSidecarAsync(settings);
            var startedAt = SystemDefaults.Time.GetTimestamp();
            Assert.Equal($"200 {healthy}", await MerchantServers.CallAsync(sidecar, healthy));
            return SystemDefaults.Time.GetElapsedTime(startedAt);
        }
    }

    [Fact]
    public async Task A_healthy_profile_is_served_and_ready_while_calls_of_49_unreachable_profiles_get_503()
    {
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        EndPoint[] unreachable = [refusing.LocalEndPoint!, silent.EndPoint, blackHole.EndPoint];
        var changed = servers.Merchants.Names.Skip(1).Select((name, index) =>
            ($"Profiles:{name}:TokenEndpoint", (string?)$"http://{unreachable[index % unreachable.Length]}/oauth2/token"));
        await using var sidecar = await servers.StartSidecarAsync([.. servers.Settings(), .. changed]);

        var waiting = servers.Merchants.Names.Skip(1).Select(name => MerchantServers.CallAsync(sidecar, name)).ToList();
        Assert.Equal("200 p1", await MerchantServers.CallAsync(sidecar, "p1"));
        using var ready = await sidecar.Admin.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.All(await Task.WhenAll(waiting), response => Assert.Equal("503", response));
        Assert.Equal((1, 1), (servers.Merchants.Requests, servers.TokenEndpoint.Calls));
        Assert.Empty(servers.Merchants.Violations);
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> times) => times.Order().ElementAt(Starts / 2);
}
