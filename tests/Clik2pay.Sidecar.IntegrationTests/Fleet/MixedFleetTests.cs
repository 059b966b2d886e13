using System.Collections.Concurrent;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Several merchants, each with replicas for two environments, on one Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class MixedFleetTests
{
    [Lesson("stale token after a change of scope or secret because of the cache key: Duende Support#1396, #634")]
    [Fact]
    public async Task No_call_ever_carries_a_foreign_token()
    {
        await using var redis = await RedisServer.StartAsync();
        var (sidecars, upstreams, issued) = (new List<TestSidecar>(), new List<RecordingUpstream>(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var (calls, invalid) = (0, 0);
        var tokenEndpoints = new[] { await StartTokenEndpointAsync("sandbox"), await StartTokenEndpointAsync("production") };
        try
        {
            foreach (var (tokenEndpoint, environment) in tokenEndpoints.Zip(["sandbox", "production"]))
            {
                var upstream = await RecordingUpstream.StartAsync();
                upstreams.Add(upstream);
                upstream.Respond = context =>
                {
                    // A token tells whose it is, and so does the key beside it.
                    var merchant = context.Request.Headers["x-api-key"].ToString();
                    Interlocked.Increment(ref calls);
                    if (!context.Request.Headers.Authorization.ToString().StartsWith($"Bearer {environment}-{merchant}-", StringComparison.Ordinal))
                        Interlocked.Increment(ref invalid);
                    return Task.CompletedTask;
                };
                foreach (var merchant in new[] { "one", "two", "three" })
                {
                    for (var replica = 0; replica < 2; replica++)
                        sidecars.Add(await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint, ("Clik2pay:Username", merchant), ("Clik2pay:ApiKey", merchant)));
                }
            }

            await using (var load = new Load(sidecars.Select(sidecar => sidecar.Caller)))
            {
                // Until each of the six has been refreshed three times over.
                while (issued.Count < 6 || issued.Values.Min() < 3)
                    await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, TestContext.Current.CancellationToken);
                Assert.Equal(0, load.Failed);
            }

            Figures.Report($"2 environments with 3 sets of credentials each, 12 replicas on one Redis: {issued.Values.Sum()} tokens for {calls} calls, {invalid} invalid ones");
            Assert.InRange(calls, 100, int.MaxValue);
            Assert.Equal(0, invalid);
        }
        finally
        {
            foreach (var disposable in sidecars.Cast<IAsyncDisposable>().Concat(upstreams).Concat(tokenEndpoints))
                await disposable.DisposeAsync();
        }

        async Task<FakeTokenEndpoint> StartTokenEndpointAsync(string environment)
        {
            var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
            tokenEndpoint.Fault = context =>
            {
                var credentials = Encoding.UTF8.GetString(Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..]));
                var owner = $"{environment}-{credentials.Split(':')[0]}";
                var number = issued.AddOrUpdate(owner, 1, (_, before) => before + 1);
                return context.Response.WriteAsync($$"""{"access_token":"{{owner}}-{{number}}","expires_in":4,"token_type":"Bearer"}""");
            };
            return tokenEndpoint;
        }
    }
}
