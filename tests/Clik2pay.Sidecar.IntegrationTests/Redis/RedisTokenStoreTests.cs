using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Tokens in a Redis server, and invalid values under the key of a token.</summary>
public sealed class RedisTokenStoreTests : RedisStoreTest
{
    [Fact]
    public async Task A_token_is_read_with_its_remaining_time_and_never_more()
    {
        var token = RedisRig.Token("a.b-c_d~e+f/g=", left: 1800);
        await Rig.WriteAsync(token);

        var read = (await Rig.ReadAsync()).Token!;

        Assert.Equal(token.Value, read.Value);
        Assert.Equal(token.Lifetime, read.Lifetime);
        Assert.InRange(read.ExpiresAt, token.ExpiresAt - TimeSpan.FromSeconds(5), token.ExpiresAt);
    }

    [Fact]
    public async Task Without_a_token_the_store_is_empty() => Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());

    [Lesson("an old fetch in flight overwrote the token: dograh PR 612")]
    [Fact]
    public async Task A_token_is_written_only_over_one_that_expires_earlier()
    {
        await Rig.WriteAsync(RedisRig.Token("newer", left: 1800));
        await Rig.WriteAsync(RedisRig.Token("older", left: 1700));
        Assert.Equal("newer", (await Rig.ReadAsync()).Token?.Value);

        await Rig.WriteAsync(RedisRig.Token("newest", left: 1900));
        Assert.Equal("newest", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task An_expired_token_is_not_written_and_a_token_is_removed_when_it_expires()
    {
        await Rig.WriteAsync(RedisRig.Token("dead", left: -1));
        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());

        await Rig.WriteAsync(RedisRig.Token("short", left: 0.3));
        await Server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");
        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
    }

    [Fact]
    public async Task Redis_contains_no_secret_and_each_key_expires()
    {
        await Rig.WriteAsync(RedisRig.Token("canary-token"));
        await using var lease = await Rig.AcquireAsync();
        await lease.ReleaseAsync(new(FailureKind.Unavailable, "canary-reason", TimeSpan.FromSeconds(30)));
        await using var second = await new RedisRig($"{Server.Endpoint}", "Production").AcquireAsync();

        var keys = (await Server.RunAsync("KEYS", "*")).Items!.Select(key => key.Text!).ToList();
        Assert.Equal(3, keys.Count);
        foreach (var key in keys)
        {
            var text = key + Encoding.Latin1.GetString((await Server.RunAsync("GET", key)).Bytes!);
            Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
            foreach (var secret in new[] { Secrets.Username, Secrets.Password, Secrets.ApiKey })
            {
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))[..^4], text, StringComparison.Ordinal);
            }
        }

        foreach (var key in keys)
            Assert.InRange((await Server.RunAsync("PTTL", key)).Integer!.Value, 1, 3_600_000);
    }

    [Fact]
    public async Task A_value_copied_to_the_key_of_another_environment_or_of_other_credentials_is_removed()
    {
        using var production = new RedisRig($"{Server.Endpoint}", "Production");
        using var rotated = new RedisRig($"{Server.Endpoint}", password: "another");
        await Rig.WriteAsync(RedisRig.Token("sandbox"));

        Assert.Equal(StoreReading.Empty, await production.ReadAsync());
        Assert.Equal(StoreReading.Empty, await rotated.ReadAsync());
        foreach (var other in new[] { production, rotated })
        {
            await Server.RunAsync("COPY", Rig.TokenName, other.TokenName);
            Assert.Equal(StoreReading.Empty, await other.ReadAsync());
        }

        // The copies are removed, because they would keep valid tokens from being written. The original stays.
        Assert.Equal(Rig.TokenName, await Server.SingleKeyAsync());
        Assert.Equal("sandbox", (await Rig.ReadAsync()).Token?.Value);
    }

    [Theory]
    [InlineData("SET", "KEY", "garbage", "PX", "3600000")]
    [InlineData("SET", "KEY", "", "PX", "3600000")]
    [InlineData("SET", "KEY", "garbage without an expiry")]
    [InlineData("RPUSH", "KEY", "a", "list")]
    [InlineData("HSET", "KEY", "a", "hash")]
    [InlineData("SETRANGE", "KEY", "10485760", "10 MB")]
    public async Task An_invalid_value_under_the_key_is_removed_and_a_token_can_be_written(params string[] command)
    {
        await Server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? Rig.TokenName : word))]);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        await Rig.WriteAsync(RedisRig.Token("ours"));

        Assert.Equal("ours", (await Rig.ReadAsync()).Token?.Value);
        Assert.Single(Rig.Log.Lines, line => line.Text.Contains("is not used and is removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_whose_expiry_was_extended_is_removed()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 10, lifetime: 60));
        await Server.RunAsync("PEXPIRE", Rig.TokenName, 30_000);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        await Rig.WriteAsync(RedisRig.Token("b", left: 20, lifetime: 60));
        Assert.Equal("b", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task An_expired_token_that_is_written_again_is_removed()
    {
        await Rig.WriteAsync(RedisRig.Token("past", left: 0.5));
        var value = (await Server.RunAsync("GET", Rig.TokenName)).Bytes!;
        await Server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");

        await Server.RunAsync("SET", Rig.TokenName, value, "PX", 3_600_000);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        Assert.Equal(0, (await Server.RunAsync("DBSIZE")).Integer);
    }

    [Fact]
    public async Task A_user_without_the_right_to_STRLEN_removes_no_token()
    {
        await Rig.WriteAsync(RedisRig.Token("a"));
        await Server.RunAsync(
            "ACL", "SETUSER", "limited", "on", ">limited", "~*", "+eval", "+time", "+get", "+set", "+del", "+pttl", "+pexpire");
        using var limited = new RedisRig($"{Server.Endpoint},user=limited,password=limited");

        Assert.Equal(StoreReading.Unavailable, await limited.ReadAsync());

        Assert.Equal("a", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task When_the_clock_of_Redis_is_set_back_by_2_s_the_token_is_kept_and_not_extended()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 3602, lifetime: 3600));

        var remaining = (await Rig.ReadAsync()).Token!.ExpiresAt - SystemDefaults.Time.GetMonotonicNow();
        Assert.InRange(remaining, TimeSpan.Zero, TimeSpan.FromSeconds(3600));
    }

    [Fact]
    public async Task A_full_Redis_is_logged_once_although_it_can_be_read()
    {
        await Server.RunAsync("CONFIG", "SET", "maxmemory", "1kb");

        for (var i = 0; i < 3; i++)
            await Rig.WriteAsync(RedisRig.Token("a"));
        Assert.Single(Rig.Log.Lines, line => line.Text.Contains("is out of memory", StringComparison.Ordinal));

        await Server.RunAsync("CONFIG", "SET", "maxmemory", "0");
        await Rig.WriteAsync(RedisRig.Token("a"));
        Assert.Equal(
            ["shared through", "out of memory", "shared through"],
            Rig.Log.Lines.Select(
                line => line.Text.Contains("shared through", StringComparison.Ordinal) ? "shared through" : "out of memory"));
    }
}
