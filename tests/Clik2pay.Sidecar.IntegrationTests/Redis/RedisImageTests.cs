using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Sharing on the installed Redis server, and on images of other versions of Redis and of Valkey.</summary>
public sealed class RedisImageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="image">The image, or null for the server that the other tests use.</param>
    [Theory]
    [InlineData(null)]
    [InlineData("redis:8")]
    [InlineData("valkey/valkey:8")]
    public async Task Two_replicas_share_a_token_its_rejection_and_a_failure(string? image)
    {
        await using var server = image is null ? await RedisServer.StartAsync() : await RedisImage.StartAsync(image);
        using var first = new RedisRig($"{server.Endpoint}");
        using var second = new RedisRig($"{server.Endpoint}");
        var token = RedisRig.Token("a", left: 1800);

        await first.WriteAsync(token);
        Assert.Equal("a", (await second.ReadAsync()).Token?.Value);

        Assert.True(await second.Store.RejectAsync(second.Key, token, Cancellation));
        var reading = await first.ReadAsync();
        Assert.Equal((null, first.Key.FingerprintOf(token.Identity)), (reading.Token, Assert.Single(reading.Rejected)));

        await using var lease = await first.AcquireAsync();
        Assert.Equal(LeaseOutcome.Acquired, lease.Outcome);
        Assert.Equal(LeaseOutcome.Contended, (await second.AcquireAsync()).Outcome);

        Assert.True(await lease.ReleaseAsync(new(FailureKind.Throttled, "429", TimeSpan.FromSeconds(20))));
        Assert.Equal(LeaseOutcome.HeldOff, (await second.AcquireAsync()).Outcome);
    }
}
