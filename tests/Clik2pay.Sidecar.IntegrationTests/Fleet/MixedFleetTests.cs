using System.Collections.Concurrent;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Replicas of several merchants and two environments share one Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class MixedFleetTests
{
    [Lesson("stale token after a change of scope or secret, due to the cache key: Duende Support#1396, #634")]
    [Fact]
    public async Task No_call_carries_a_token_of_another_merchant_or_environment()
    {
        await using var redis = await RedisServer.StartAsync();
        var (sidecars, upstreams) = (new List<TestSidecar>(), new List<RecordingUpstream>());
        var issued = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var (calls, wrong) = (0, 0);
        var tokenEndpoints = new[] { await StartTokenEndpointAsync("sandbox"), await StartTokenEndpointAsync("production") };
        try
        {
            foreach (var (tokenEndpoint, environment) in tokenEndpoints.Zip(["sandbox", "production"]))
            {
                var upstream = await RecordingUpstream.StartAsync();
                upstreams.Add(upstream);
                upstream.Respond = context =>
                {
                    // Both the token and the API key contain the name of the merchant.
                    var merchant = context.Request.Headers["x-api-key"].ToString();
                    Interlocked.Increment(ref calls);
                    var authorization = context.Request.Headers.Authorization.ToString();
                    if (!authorization.StartsWith($"Bearer {environment}-{merchant}-", StringComparison.Ordinal))
                        Interlocked.Increment(ref wrong);
                    return Task.CompletedTask;
                };
                foreach (var merchant in new[] { "one", "two", "three" })
                {
                    (string, string?)[] settings = [("Clik2pay:Username", merchant), ("Clik2pay:ApiKey", merchant)];
                    for (var replica = 0; replica < 2; replica++)
                        sidecars.Add(await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint, settings));
                }
            }

            await using (var load = new Load(sidecars.Select(sidecar => sidecar.Caller)))
            {
                // Each of the six tokens is fetched three times.
                while (issued.Count < 6 || issued.Values.Min() < 3)
                    await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time, TestContext.Current.CancellationToken);
                Assert.Equal(0, load.Failed);
            }

            var tokens = issued.Values.Sum();
            Figures.Report($"2 environments with 3 credential sets each, 12 replicas on one Redis: {tokens} tokens, {calls} calls");
            Figures.Report($"calls with a token of another merchant or environment: {wrong}");
            Assert.InRange(calls, 100, int.MaxValue);
            Assert.Equal(0, wrong);
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
                var encoded = context.Request.Headers.Authorization.ToString()["Basic ".Length..];
                var credentials = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
                var owner = $"{environment}-{credentials.Split(':')[0]}";
                var number = issued.AddOrUpdate(owner, 1, (_, before) => before + 1);
                return context.Response.WriteAsync($$"""{"access_token":"{{owner}}-{{number}}","expires_in":4,"token_type":"Bearer"}""");
            };
            return tokenEndpoint;
        }
    }
}
