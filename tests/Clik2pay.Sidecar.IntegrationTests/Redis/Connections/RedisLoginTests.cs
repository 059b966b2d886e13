using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Failures;

namespace Clik2pay.Sidecar.IntegrationTests.Redis.Connections;

/// <summary>
/// Users, passwords and databases on a Redis server. A refused operation must not run as another user or in another database.
/// </summary>
public sealed class RedisLoginTests
{
    /// <summary>All rights that the README lists, without SELECT.</summary>
    private const string Rights = "~clik2pay:* +eval +time +get +set +del +strlen +pttl +pexpire";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(",user=sidecar,password=wrong")]
    [InlineData(",user=unknown,password=right")]
    [InlineData(",password=wrong")]
    public async Task A_refused_login_does_not_continue_as_the_default_user(string login)
    {
        await using var server = await RedisProcess.StartAsync($"user sidecar on >right {Rights}");
        using var rig = new RedisRig($"{server.Endpoint}{login}");

        await rig.WriteAsync(RedisRig.Token("a"));

        Assert.Equal(RedisFailure.AccessDenied, (await rig.CheckAsync()).Failure);
        Assert.Equal(0, (await server.RunAsync("DBSIZE")).Integer);
        Assert.DoesNotContain("cmdstat_eval", (await server.RunAsync("INFO", "commandstats")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", RedisFailure.AccessDenied)]
    [InlineData("+select", null)]
    internal async Task A_refused_SELECT_does_not_lead_to_database_0(string more, RedisFailure? failure)
    {
        await using var server = await RedisProcess.StartAsync($"user sidecar on >right {Rights} {more}");
        using var rig = new RedisRig($"{server.Endpoint},user=sidecar,password=right,defaultDatabase=3");

        await rig.WriteAsync(RedisRig.Token("a"));

        Assert.Equal(failure, (await rig.CheckAsync()).Failure);
        var keyspace = (await server.RunAsync("INFO", "keyspace")).Text!;
        Assert.DoesNotContain("db0", keyspace, StringComparison.Ordinal);
        Assert.Equal(failure is null, keyspace.Contains("db3:keys=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_the_server_does_not_have_does_not_lead_to_database_0()
    {
        await using var server = await RedisProcess.StartAsync("databases 2");
        using var rig = new RedisRig($"redis://{server.Endpoint}/2");

        await rig.WriteAsync(RedisRig.Token("a"));
        var response = await rig.CheckAsync();

        Assert.Equal(RedisFailure.InvalidReply, response.Failure);
        Assert.Contains("does not have the database", response.Reason, StringComparison.Ordinal);
        Assert.Equal("", (await server.RunAsync("INFO", "keyspace")).Text!.Replace("# Keyspace\r\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_password_in_a_file_is_replaced_without_a_restart()
    {
        await using var server = await RedisProcess.StartAsync($"user sidecar on >first {Rights}");
        using var folder = new TemporaryFolder();
        var more = new Dictionary<string, string?>
        {
            ["Redis:UserFile"] = folder.Write("user", "sidecar\n"),
            ["Redis:PasswordFile"] = folder.Write("password", "first\n"),
        };
        using var rig = new RedisRig($"{server.Endpoint}", more: more);
        await rig.WriteAsync(RedisRig.Token("a"));
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);

        await server.RunAsync("ACL", "SETUSER", "sidecar", ">second", "<first");
        Assert.Equal(RedisFailure.AccessDenied, (await rig.CheckAsync()).Failure);

        folder.Write("password", "second\n");
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);

        File.Delete(more["Redis:PasswordFile"]!);
        var response = await rig.CheckAsync();
        Assert.Equal(RedisFailure.AccessDenied, response.Failure);
        Assert.Contains("Redis:PasswordFile", response.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_is_sent_and_replaced_without_a_restart()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        using var other = new TestCertificates("other.example", isForLoopback: true);
        await using var server = await RedisProcess.StartAsync(
            new()
            {
                Endpoints = [],
                Tls = true,
                CaFile = certificates.AuthorityFile,
                ClientCertificateFile = certificates.CertificateFile,
                ClientKeyFile = certificates.KeyFile,
            },
            [.. certificates.Settings, "tls-auth-clients yes"]);
        using var folder = new TemporaryFolder();
        await WriteAsync(other);
        var more = new Dictionary<string, string?>
        {
            ["Redis:ClientCertificateFile"] = Path.Combine(folder.FullName, "client.pem"),
            ["Redis:ClientKeyFile"] = Path.Combine(folder.FullName, "client.key"),
        };
        using var rig = new RedisRig($"{server.Endpoint},ssl=true", caFile: certificates.AuthorityFile, more: more);
        Assert.Equal(RedisFailure.TlsFailed, (await rig.CheckAsync()).Failure);

        await WriteAsync(certificates);
        Assert.Null((await rig.CheckAsync()).Reason);
        await rig.WriteAsync(RedisRig.Token("a"));
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);

        folder.Write("client.key", "not a key");
        var response = await rig.CheckAsync();
        Assert.Equal(RedisFailure.TlsFailed, response.Failure);
        Assert.Contains("Redis:ClientCertificateFile", response.Reason, StringComparison.Ordinal);

        async Task WriteAsync(TestCertificates source)
        {
            folder.Write("client.pem", await File.ReadAllTextAsync(source.CertificateFile, Cancellation));
            folder.Write("client.key", await File.ReadAllTextAsync(source.KeyFile, Cancellation));
        }
    }

    [Fact]
    public async Task Sentinels_have_a_login_of_their_own()
    {
        await using var master = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = "server" } }, ["requirepass server"]);
        await using var sentinel = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = "sentinel" } },
            [$"sentinel monitor tokens 127.0.0.1 {master.Port} 1", "sentinel auth-pass tokens server", "requirepass sentinel"],
            isSentinel: true);
        using var folder = new TemporaryFolder();
        var more = new Dictionary<string, string?>
        {
            ["Redis:Password"] = "server",
            ["Redis:SentinelPasswordFile"] = folder.Write("sentinel", "sentinel"),
        };
        using var rig = new RedisRig($"{sentinel.Endpoint},serviceName=tokens", more: more);

        Assert.Null((await rig.CheckAsync()).Reason);

        folder.Write("sentinel", "server");
        Assert.Equal(RedisFailure.AccessDenied, (await rig.CheckAsync()).Failure);
    }
}
