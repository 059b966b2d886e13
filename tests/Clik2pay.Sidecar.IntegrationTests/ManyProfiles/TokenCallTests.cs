using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>The token calls of 50 profiles in one process.</summary>
[Collection(OneByOne.Name)]
public sealed class TokenCallTests
{
    private const int Lifetime = 6;

    /// <summary>
    /// A refresh is due after 0.75 of the lifetime. With a second call per interval, two calls would be at most 0.375 of the lifetime
    /// apart. The calls arrive with a delay.
    /// </summary>
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(Lifetime * 0.5);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public async Task Each_profile_makes_one_token_call_per_refresh_interval(int replicas, bool hasRedis)
    {
        var intervals = LongTests.Repeats(many: 10, few: 2);
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        servers.Merchants.Lifetime = Lifetime;
        await using var redis = hasRedis ? await RedisServer.StartAsync() : null;
        IEnumerable<(string, string?)> settings = servers.Settings();
        if (redis is not null)
            settings = settings.Append(("Redis:ConnectionString", $"{redis.Endpoint}"));

        var sidecars = new List<TestSidecar>();
        try
        {
            for (var replica = 0; replica < replicas; replica++)
                sidecars.Add(await servers.StartSidecarAsync(settings));

            foreach (var name in servers.Merchants.Names)
            {
                await Wait.UntilAsync(
                    () => servers.Merchants.CallsOf(name).Count > intervals,
                    () => $"{name} made {servers.Merchants.CallsOf(name).Count} calls");
            }

            foreach (var sidecar in sidecars)
            {
                var responses = await Task.WhenAll(servers.Merchants.Names.Select(name => MerchantServers.CallAsync(sidecar, name)));
                Assert.Equal(servers.Merchants.Names.Select(name => $"200 {name}"), responses);
            }
        }
        finally
        {
            foreach (var sidecar in sidecars)
                await sidecar.DisposeAsync();
        }

        var shortest = servers.Merchants.Names.SelectMany(name => Intervals(servers.Merchants.CallsOf(name))).Min();
        Figures.Report($"50 profiles, {replicas} replicas, Redis {hasRedis}: shortest interval {shortest.TotalSeconds / Lifetime:0.000}");
        Assert.True(shortest >= ShortestInterval, $"Two token calls of a profile were only {shortest.TotalSeconds:0.00} s apart.");
        Assert.Empty(servers.Merchants.Violations);
    }

    [Fact]
    public async Task Every_profile_obtains_a_token_from_an_endpoint_that_allows_10_calls_per_second()
    {
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        servers.Merchants.MaxCallsPerSecond = 10;

        await using var sidecar = await servers.StartSidecarAsync(servers.Settings());
        await Wait.UntilAsync(
            () => servers.Merchants.Names.All(name => MerchantServers.ProfileOf(sidecar, name).Tokens.Current is not null),
            () => "a profile has no token");

        var calls = servers.TokenEndpoint.Calls;
        Figures.Report($"50 profiles, 10 token calls per second: {calls} calls, {servers.Merchants.ThrottledCalls} of them got 429");
        Assert.All(servers.Merchants.Names, name => Assert.Single(servers.Merchants.CallsOf(name)));
        Assert.InRange(servers.Merchants.ThrottledCalls, 1, 400);
    }

    private static IEnumerable<TimeSpan> Intervals(IReadOnlyList<TimeSpan> calls) => calls.Zip(calls.Skip(1), (one, next) => next - one);
}
