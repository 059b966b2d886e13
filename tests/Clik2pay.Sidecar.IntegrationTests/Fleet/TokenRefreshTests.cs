using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>A refresh that an operator requests replaces the token that replicas share through Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class TokenRefreshTests
{
    [Fact]
    public async Task A_requested_refresh_replaces_the_token_in_Redis_and_a_new_replica_adopts_it_without_a_token_call()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var first = await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint, ("Sidecar:AllowQuit", "true"));
        await first.WaitForTokenAsync("access_token_1");

        var response = await first.Admin.PostAsync(new Uri("/tokens/refresh", UriKind.Relative), content: null);

        Assert.Equal(
            "A new access token was obtained. Other replicas adopt it from Redis within 5 minutes. "
            + "The provider accepts the previous token until it expires.\n",
            await response.Content.ReadAsStringAsync());
        await using var second = await Replica.StartHereAsync(upstream, tokenEndpoint, redis.Endpoint);
        await second.WaitForTokenAsync("access_token_2");
        Assert.Equal(2, tokenEndpoint.Calls);
    }
}
