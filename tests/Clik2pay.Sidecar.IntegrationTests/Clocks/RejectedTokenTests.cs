using Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>A shared token is revoked. Later tokens expire earlier than the revoked one would have.</summary>
public sealed class RejectedTokenTests
{
    [Fact]
    public async Task A_revoked_token_is_removed_from_Redis_and_the_fleet_makes_one_token_call()
    {
        await using var rig = await ClockRig.StartAsync(TimeSpan.FromHours(1));
        await rig.UseRedisAsync(hasClocks: false);
        var replicas = new List<ClockReplica>();
        for (var i = 0; i < 4; i++)
            replicas.Add(await rig.StartReplicaAsync());
        Assert.Equal(1, rig.TokenCalls);

        var revoked = ExpiringProvider.TokenOf(1);
        rig.Provider.Revoke(revoked);
        rig.Provider.Lifetime = TimeSpan.FromMinutes(5);
        foreach (var replica in replicas)
            Assert.Equal(200, await replica.PostAsync(bodyLength: 1));
        Assert.Equal(2, rig.TokenCalls);

        // A replica that starts now has no information about the revocation. It must not find the revoked token in Redis.
        rig.Provider.Received.Clear();
        var started = await rig.StartReplicaAsync();

        Assert.Equal(200, await started.PostAsync());
        Assert.DoesNotContain(revoked, rig.Provider.Received);
        Assert.Equal(2, rig.TokenCalls);
    }
}
