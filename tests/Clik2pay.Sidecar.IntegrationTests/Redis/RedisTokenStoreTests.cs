using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>What lies in a real Redis, and what is made of what somebody else has put there.</summary>
public sealed class RedisTokenStoreTests : RedisStoreTest
{
    [Fact]
    public async Task A_written_token_is_read_with_what_is_left_of_it_and_never_more()
    {
        var token = RedisRig.Token("a.b-c_d~e+f/g=", left: 1800);
        await Rig.WriteAsync(token);

        var read = (await Rig.ReadAsync()).Token!;

        Assert.Equal(token.Value, read.Value);
        Assert.Equal(token.Lifetime, read.Lifetime);
        Assert.InRange(read.ExpiresAt, token.ExpiresAt - TimeSpan.FromSeconds(5), token.ExpiresAt);
    }

    [Fact]
    public async Task Nothing_is_read_where_nothing_is() => Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());

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
    public async Task A_token_that_has_expired_is_not_written_and_one_that_expires_is_gone()
    {
        await Rig.WriteAsync(RedisRig.Token("dead", left: -1));
        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());

        await Rig.WriteAsync(RedisRig.Token("short", left: 0.3));
        await Server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");
        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
    }

    [Fact]
    public async Task Nothing_in_Redis_is_in_clear_text()
    {
        await Rig.WriteAsync(RedisRig.Token("canary-token"));
        await using var lease = await Rig.AcquireAsync();
        await lease.ReleaseAsync(new(RefreshOutcome.Unavailable, "canary-reason", TimeSpan.FromSeconds(30)));
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

        // All that is written has an end.
        foreach (var key in keys)
            Assert.InRange((await Server.RunAsync("PTTL", key)).Integer!.Value, 1, 3_600_000);
    }

    [Fact]
    public async Task Environments_and_credentials_have_keys_of_their_own_and_a_value_copied_between_them_does_not_open()
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

        // It is removed, so that it keeps no token of theirs from its place; and not where it came from.
        Assert.Equal(Rig.TokenName, await Server.SingleKeyAsync());
        Assert.Equal("sandbox", (await Rig.ReadAsync()).Token?.Value);
    }

    [Theory]
    [InlineData("SET", "KEY", "garbage", "PX", "3600000")]
    [InlineData("SET", "KEY", "", "PX", "3600000")]
    [InlineData("SET", "KEY", "garbage without an end")]
    [InlineData("RPUSH", "KEY", "a", "list")]
    [InlineData("HSET", "KEY", "a", "hash")]
    [InlineData("SETRANGE", "KEY", "10485760", "10 MB")]
    public async Task Something_else_under_the_key_is_a_miss_and_makes_room_for_a_token(params string[] command)
    {
        await Server.RunAsync([.. command.Select(word => (RedisValue)(word == "KEY" ? Rig.TokenName : word))]);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        await Rig.WriteAsync(RedisRig.Token("ours"));

        Assert.Equal("ours", (await Rig.ReadAsync()).Token?.Value);
        Assert.Single(Rig.Log.Lines, line => line.Text.Contains("is not used and is removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_whose_end_somebody_has_put_off_is_not_believed_and_makes_room()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 10, lifetime: 60));
        await Server.RunAsync("PEXPIRE", Rig.TokenName, 30_000);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        await Rig.WriteAsync(RedisRig.Token("b", left: 20, lifetime: 60));
        Assert.Equal("b", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_token_of_the_past_that_somebody_puts_there_again_is_not_believed()
    {
        await Rig.WriteAsync(RedisRig.Token("past", left: 0.5));
        var value = (await Server.RunAsync("GET", Rig.TokenName)).Bytes!;
        await Server.WaitForAsync(reply => reply.Integer == 0, "DBSIZE");

        await Server.RunAsync("SET", Rig.TokenName, value, "PX", 3_600_000);

        Assert.Equal(StoreReading.Empty, await Rig.ReadAsync());
        Assert.Equal(0, (await Server.RunAsync("DBSIZE")).Integer);
    }

    [Fact]
    public async Task A_user_without_a_right_deletes_nothing()
    {
        await Rig.WriteAsync(RedisRig.Token("a"));
        await Server.RunAsync(
            "ACL", "SETUSER", "limited", "on", ">limited", "~*", "+eval", "+time", "+get", "+set", "+del", "+pttl", "+pexpire");
        using var limited = new RedisRig($"{Server.Endpoint},user=limited,password=limited");

        Assert.Equal(StoreReading.Unavailable, await limited.ReadAsync());

        Assert.Equal("a", (await Rig.ReadAsync()).Token?.Value);
    }

    [Fact]
    public async Task A_clock_of_Redis_that_was_set_back_a_little_costs_no_token()
    {
        await Rig.WriteAsync(RedisRig.Token("a", left: 3602, lifetime: 3600));

        var remaining = (await Rig.ReadAsync()).Token!.ExpiresAt - SystemDefaults.Time.GetMonotonicNow();
        Assert.InRange(remaining, TimeSpan.Zero, TimeSpan.FromSeconds(3600));
    }

    [Fact]
    public async Task A_Redis_that_is_full_is_told_once_although_it_can_be_read()
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
