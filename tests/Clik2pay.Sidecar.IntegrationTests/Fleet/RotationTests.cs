using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>The mounted Secret of a fleet of processes is replaced.</summary>
[Collection(OneByOne.Name)]
public sealed class RotationTests
{
    [Fact]
    public async Task A_rotated_Secret_is_used_by_the_whole_fleet_with_one_token_call_and_no_failed_request()
    {
        var rounds = LongTests.Repeats(many: 100, few: 3);
        var provider = new StrictProvider();
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        (upstream.RespondUnrecorded, tokenEndpoint.Fault) = (provider.RespondAsync, provider.IssueTokenAsync);
        using var secret = new MountedSecret();
        secret.Swap("user", "password-0", "key-0");
        (string, string)[] settings =
        [
            ("Clik2pay:Username", ""), ("Clik2pay:Password", ""), ("Clik2pay:ApiKey", ""), ("Clik2pay:CredentialsDirectory", secret.Path),
        ];
        var replicas = Enumerable.Range(0, 3).Select(_ => Replica.Start(upstream, tokenEndpoint, redis.Endpoint, settings)).ToList();
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
                        await replica.WaitForLineAsync("The new credentials were refused, and the current ones stay in use");

                    var since = SystemDefaults.Time.GetTimestamp();
                    secret.Swap("user", $"password-{round}", $"key-{round}");
                    foreach (var replica in replicas)
                        await replica.WaitForLineAsync("The credentials were rotated");
                    longest = new[] { longest, SystemDefaults.Time.GetElapsedTime(since) }.Max();
                }
            }

            var (total, seconds) = (load.Succeeded + load.Failed, longest.TotalSeconds);
            Figures.Report($"Secret rotated {rounds} times, fleet of {replicas.Count} processes: {load.Failed} of {total} requests failed");
            Figures.Report($"Secret rotated {rounds} times: {tokenEndpoint.Calls} token calls, used after at most {seconds:0.0} s");
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
