using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Tokens in a Redis server that were rejected, or whose expiry is wrong.</summary>
public sealed class RejectedTokenTests : RedisStoreTest
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string RejectedName => new RedisKeys(Rig.Options, Rig.Key).Rejected;

    [Fact]
    public async Task A_rejected_token_is_removed_and_is_not_written_again()
    {
        var token = RedisRig.Token("revoked");
        await Rig.WriteAsync(token);

        Assert.True(await Rig.Store.RejectAsync(Rig.Key, token, Cancellation));
        var reading = await Rig.ReadAsync();
        await Rig.WriteAsync(token);

        Assert.Equal((true, null), (reading.IsAvailable, reading.Token));
        Assert.Equal([Rig.Key.FingerprintOf(token.Identity)], reading.Rejected);
        Assert.Null((await Rig.ReadAsync()).Token);
        Assert.Equal(RejectedName, await Server.SingleKeyAsync());
    }

    [Fact]
    public async Task A_token_other_than_the_rejected_one_is_not_removed()
    {
        await Rig.WriteAsync(RedisRig.Token("successor"));

        await Rig.Store.RejectAsync(Rig.Key, RedisRig.Token("revoked"), Cancellation);

        Assert.Equal("successor", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_successor_that_expires_earlier_than_the_rejected_token_is_written()
    {
        var token = RedisRig.Token("revoked");
        await Rig.WriteAsync(token);
        await Rig.Store.RejectAsync(Rig.Key, token, Cancellation);

        await Rig.WriteAsync(RedisRig.Token("successor", left: 300, lifetime: 300));

        Assert.Equal("successor", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task The_rejection_removes_the_token_so_a_successor_is_written_without_another_read()
    {
        var token = RedisRig.Token("revoked");
        await Rig.WriteAsync(token);
        await Rig.ReadAsync();

        await Rig.Store.RejectAsync(Rig.Key, token, Cancellation);

        Assert.True(await Rig.Store.WriteAsync(Rig.Key, RedisRig.Token("successor", left: 300, lifetime: 300), Cancellation));
        Assert.Equal("successor", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task The_fingerprint_of_a_token_that_is_written_is_not_sent()
    {
        var token = RedisRig.Token("good");
        await Rig.ReadAsync();
        await Server.RunAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");

        await Rig.Store.WriteAsync(Rig.Key, token, Cancellation);

        var log = string.Join('\n', Texts(await Server.RunAsync("SLOWLOG", "GET", 100)));
        Assert.Contains("EVAL", log, StringComparison.Ordinal);
        Assert.DoesNotContain(Rig.Key.FingerprintOf(token.Identity), log, StringComparison.Ordinal);

        static IEnumerable<string> Texts(RedisResult reply) => reply.Items is { } items ? items.SelectMany(Texts) : [$"{reply}"];
    }

    [Fact]
    public async Task A_rejection_by_another_replica_after_the_read_prevents_the_write()
    {
        using var other = new RedisRig($"{Server.Endpoint}");
        var token = RedisRig.Token("revoked");
        await Rig.ReadAsync();

        await other.Store.RejectAsync(other.Key, token, Cancellation);

        Assert.False(await Rig.Store.WriteAsync(Rig.Key, token, Cancellation));
    }

    [Fact]
    public async Task The_last_8_rejected_tokens_are_kept_until_the_last_of_them_has_expired()
    {
        var tokens = Enumerable.Range(1, 10).Select(i => RedisRig.Token($"token-{i}", left: 100 * (11 - i))).ToList();
        foreach (var token in tokens)
            await Rig.Store.RejectAsync(Rig.Key, token, Cancellation);
        await Rig.Store.RejectAsync(Rig.Key, tokens[^1], Cancellation);

        Assert.Equal(tokens.Skip(2).Select(token => Rig.Key.FingerprintOf(token.Identity)), (await Rig.ReadAsync()).Rejected);
        Assert.InRange((await Server.RunAsync("PTTL", RejectedName)).Integer!.Value, 1_000_000, 1_060_000);
    }

    [Theory]
    [InlineData("SET", "KEY", "garbage")]
    [InlineData("SETRANGE", "KEY", "10485760", "10 MB")]
    [InlineData("RPUSH", "KEY", "a", "list")]
    public async Task An_invalid_value_under_the_key_of_rejections_is_ignored_and_replaced(params string[] command)
    {
        await Server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? RejectedName : word))]);
        var token = RedisRig.Token("a");

        await Rig.WriteAsync(token);
        Assert.Empty((await Rig.ReadAsync()).Rejected);
        Assert.Equal("a", (await Rig.ReadAsync()).Token?.Value);

        await Rig.Store.RejectAsync(Rig.Key, token, Cancellation);
        Assert.Single((await Rig.ReadAsync()).Rejected);
    }

    [Fact]
    public async Task A_fingerprint_does_not_contain_the_token_and_depends_on_the_credentials()
    {
        using var rotated = new RedisRig($"{Server.Endpoint}", password: "another");
        var token = RedisRig.Token("canary-token");

        await Rig.Store.RejectAsync(Rig.Key, token, Cancellation);

        var text = (await Server.RunAsync("GET", RejectedName)).Text!;
        Assert.Matches("^[0-9a-f]{32}$", text);
        Assert.NotEqual(rotated.Key.FingerprintOf(token.Identity), text);
    }

    [Lesson("Redis's clock set back, old tokens adopted, sharing broken: valkey-io/valkey#2651")]
    [Fact]
    public async Task A_token_with_more_time_remaining_than_its_lifetime_is_removed()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 3606, lifetime: 3600));

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        Assert.Equal(0, (await Server.RunAsync("DBSIZE")).Integer);
    }

    [Fact]
    public async Task A_replica_that_has_the_token_corrects_an_expiry_that_is_too_late()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 3000));

        await Rig.WriteAsync(RedisRig.Token("a", left: 1800));
        Assert.InRange((await Server.RunAsync("PTTL", Rig.TokenName)).Integer!.Value, 1_700_000, 1_800_000);

        // Another token that expires earlier is not written.
        await Rig.WriteAsync(RedisRig.Token("b", left: 1000));
        Assert.Equal("a", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_token_of_48_KiB_is_shared_and_a_longer_value_is_removed()
    {
        var token = RedisRig.Token(new('t', AccessToken.MaxLength));
        await Rig.WriteAsync(token);
        Assert.Equal(token.Value, (await Rig.ReadAsync()).Token?.Value);

        await Rig.WriteAsync(RedisRig.Token(new('t', AccessToken.MaxLength + 1), left: 3599.9));
        await Server.RunAsync("SET", Rig.TokenName, new string('x', AccessToken.MaxLength + 100), "PX", 1_000_000);
        Assert.Null((await Rig.ReadAsync()).Token);
        Assert.Equal(0, (await Server.RunAsync("DBSIZE")).Integer);
    }

    [Fact]
    public async Task A_read_of_one_key_does_not_allow_a_write_under_another_key()
    {
        using var production = new RedisRig($"{Server.Endpoint}", "Production");
        await Rig.ReadAsync();

        Assert.False(await Rig.Store.WriteAsync(production.Key, RedisRig.Token("a"), Cancellation));
        Assert.True(await Rig.Store.WriteAsync(Rig.Key, RedisRig.Token("a"), Cancellation));
    }

    [Fact]
    public async Task A_user_with_the_documented_rights_can_share_a_rejection()
    {
        await Server.RunAsync(
            "ACL", "SETUSER", "limited", "on", ">limited", "~clik2pay:*",
            "+eval", "+time", "+get", "+set", "+del", "+strlen", "+pttl", "+pexpire");
        using var limited = new RedisRig($"{Server.Endpoint},user=limited,password=limited");

        Assert.True(await limited.Store.RejectAsync(limited.Key, RedisRig.Token("a"), Cancellation));
        Assert.Single((await limited.ReadAsync()).Rejected);
    }
}
