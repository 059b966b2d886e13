using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>A fleet of processes whose mounted Secret is replaced.</summary>
[Collection(OneByOne.Name)]
public sealed class RotationTests
{
    [Fact]
    public async Task A_rotated_Secret_is_taken_by_the_whole_fleet_within_seconds_for_one_token_call_and_no_request_fails()
    {
        var rounds = LongTests.Repeats(many: 100, few: 3);
        var provider = new StrictProvider();
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        (upstream.Instead, tokenEndpoint.Fault) = (provider.RespondAsync, provider.GiveTokenAsync);
        using var secret = new MountedSecret();
        secret.Swap("user", "password-0", "key-0");
        var replicas = Enumerable.Range(0, 3).Select(_ => Replica.Start(upstream, tokenEndpoint, redis.Endpoint,
            ("Clik2pay:Username", ""), ("Clik2pay:Password", ""), ("Clik2pay:ApiKey", ""), ("Clik2pay:CredentialsDirectory", secret.Path))).ToList();
        try
        {
            var callers = new List<HttpClient>();
            foreach (var replica in replicas)
            {
                callers.Add(new HttpClient { BaseAddress = await replica.WaitForAddressAsync() });
                await replica.WaitForLineAsync("Access token refreshed");
            }

            var load = new Load(callers);
            var longest = TimeSpan.Zero;
            await using (load)
            {
                for (var round = 1; round <= rounds; round++)
                {
                    provider.Refused = $"wrong-{round}";
                    secret.Swap("user", provider.Refused, "wrong");
                    foreach (var replica in replicas)
                        await replica.WaitForLineAsync("The new credentials were refused, and those in use stay");

                    var since = SystemDefaults.Time.GetTimestamp();
                    secret.Swap("user", $"password-{round}", $"key-{round}");
                    foreach (var replica in replicas)
                        await replica.WaitForLineAsync("The credentials were rotated");
                    longest = new[] { longest, SystemDefaults.Time.GetElapsedTime(since) }.Max();
                }
            }

            Figures.Report($"mounted Secret rotated {rounds} times and as often to a wrong one, fleet of {replicas.Count} processes: {load.Failed} of {load.Succeeded + load.Failed} requests failed, {tokenEndpoint.Calls} token calls, all had it after {longest.TotalSeconds:0.0} s at most");
            Assert.Equal((0, 1 + (2 * rounds)), (load.Failed, tokenEndpoint.Calls));
            Assert.True(load.Succeeded > 100);
            Assert.All(replicas, replica => Assert.DoesNotContain("wrong-", replica.Text(), StringComparison.Ordinal));
            callers.ForEach(caller => caller.Dispose());
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }
}
