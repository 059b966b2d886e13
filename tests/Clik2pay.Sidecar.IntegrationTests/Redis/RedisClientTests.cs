using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Operations on Redis servers, and the kinds of their failures.</summary>
public sealed class RedisClientTests
{
    [Theory]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("localhost:{0},abortConnect=false,connectTimeout=5000")]
    [InlineData("redis://127.0.0.1:{0}")]
    [InlineData("redis://localhost:{0}/0")]
    public async Task Both_forms_of_a_connection_string_connect_to_the_server(string form)
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, server.Port));

        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task No_connection_is_open_after_an_operation()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint}");

        await rig.WriteAsync(RedisRig.Token("a"));
        await using (await rig.AcquireAsync())
        {
            await server.WaitForAsync(_ => true, "PING");
            Assert.Equal(0, await server.CountClientsAsync());
        }

        Assert.Equal(0, await server.CountClientsAsync());
    }

    [Theory]
    [InlineData(",password=right", null)]
    [InlineData("", RedisFailure.AccessDenied)]
    [InlineData(",password=wrong", RedisFailure.AccessDenied)]
    [InlineData(",user=default,password=right", null)]
    [InlineData(",user=unknown,password=right", RedisFailure.AccessDenied)]
    internal async Task A_wrong_password_is_reported_as_AccessDenied(string options, RedisFailure? failure)
    {
        await using var server = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = "right" } }, ["requirepass right"]);
        using var rig = new RedisRig($"{server.Endpoint}{options}");

        var response = await rig.CheckAsync();

        Assert.Equal(failure, response.Failure);
        Assert.DoesNotContain("right", response.Reason ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", response.Reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_with_escaped_special_characters_in_an_address_is_accepted()
    {
        const string password = "a,b=c:d/e?f#g@h%i";
        await using var server = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = password } }, [$"requirepass \"{password}\""]);
        using var rig = new RedisRig($"redis://:{Uri.EscapeDataString(password)}@{server.Endpoint}");

        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task A_password_that_Redis_does_not_require_is_reported_as_AccessDenied()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint},password=any");

        Assert.Equal(RedisFailure.AccessDenied, (await rig.CheckAsync()).Failure);
    }

    [Theory]
    [InlineData("+eval +time +get +set +del +strlen +pttl +pexpire ~clik2pay:*", null)]
    [InlineData("+get +set +del +strlen +pttl +pexpire ~clik2pay:*", RedisFailure.AccessDenied)]
    [InlineData("+eval +time +get +del +strlen +pttl +pexpire ~clik2pay:*", RedisFailure.AccessDenied)]
    [InlineData("+eval +time +get +set +del +strlen +pttl +pexpire ~other:*", RedisFailure.AccessDenied)]
    internal async Task A_user_needs_the_commands_that_the_README_lists_and_no_more(string rights, RedisFailure? failure)
    {
        await using var server = await RedisProcess.StartAsync($"user sidecar on >secret {rights}");
        using var rig = new RedisRig($"redis://sidecar:secret@{server.Endpoint}");

        Assert.Equal(failure, (await rig.CheckAsync()).Failure);
        if (failure is not null)
            return;

        await rig.WriteAsync(RedisRig.Token("a"));
        await using var lease = await rig.AcquireAsync();
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        Assert.Equal(LeaseOutcome.Contended, (await rig.AcquireAsync()).Outcome);
        Assert.True(await lease.ReleaseAsync(new(Sidecar.Tokens.FailureKind.Unavailable, "outage", TimeSpan.FromSeconds(5))));
        Assert.Equal(LeaseOutcome.HeldOff, (await rig.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task The_database_in_the_connection_string_is_used()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"redis://{server.Endpoint}/3");
        using var list = new RedisRig($"{server.Endpoint},defaultDatabase=3");
        using var other = new RedisRig($"{server.Endpoint}");
        using var none = new RedisRig($"{server.Endpoint},defaultDatabase=99");

        await rig.WriteAsync(RedisRig.Token("a"));

        Assert.Equal("a", (await list.ReadAsync()).Token?.Value);
        Assert.Null((await other.ReadAsync()).Token);
        Assert.Equal(RedisFailure.InvalidReply, (await none.CheckAsync()).Failure);
    }

    [Fact]
    public async Task Of_several_endpoints_the_one_that_works_is_found_and_remembered()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync($"replicaof 127.0.0.1 {server.Port}");
        await replica.WaitForAsync(reply => reply.Text!.Contains("master_link_status:up", StringComparison.Ordinal), "INFO", "replication");
        await using var silent = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.Dropped };
        using var dead = new TcpListener(IPAddress.Loopback, 0);
        dead.Start();
        var deadPort = ((IPEndPoint)dead.LocalEndpoint).Port;
        dead.Stop();
        using var rig = new RedisRig($"127.0.0.1:{deadPort},{silent.Endpoint},{replica.Endpoint},{server.Endpoint}");

        Assert.Null((await rig.CheckAsync()).Reason);

        // The next operation starts with the endpoint that worked.
        Assert.Equal(1, silent.Connections);
        Assert.Null((await rig.CheckAsync()).Reason);
        Assert.Equal(1, silent.Connections);
    }

    [Theory]
    [InlineData("Dropped", RedisFailure.Timeout)]
    [InlineData("HalfOpen", RedisFailure.Timeout)]
    [InlineData("LostReply", RedisFailure.Timeout)]
    [InlineData("Drip", RedisFailure.Timeout)]
    [InlineData("Cut", RedisFailure.Unreachable)]
    [InlineData("Delay", null)]
    internal async Task An_operation_ends_by_its_deadline_for_each_fault_of_the_connection(string fault, RedisFailure? failure)
    {
        await using var server = await RedisProcess.StartAsync();
        await using var proxy = new ChaosProxy(server.Endpoint) { Fault = Enum.Parse<ChaosFault>(fault) };
        using var rig = new RedisRig($"{proxy.Endpoint}");
        const string key = "clik2pay:text";
        await rig.RunAsync("return redis.call('SET', KEYS[1], ARGV[1])", [key], new string('x', 200));

        var startedAt = SystemDefaults.Time.GetTimestamp();
        var response = await rig.RunAsync("return redis.call('GET', KEYS[1])", [key]);

        var seconds = SystemDefaults.Time.GetElapsedTime(startedAt).TotalSeconds;
        Figures.Report($"operation through a proxy, {fault}: {response.Failure?.ToString() ?? "success"} after {seconds:0.0} s");
        Assert.Equal(failure, response.Failure);
    }

    [Theory]
    [InlineData("maxclients 1")]
    [InlineData("maxmemory 1kb")]
    public async Task A_full_server_is_reported_as_NotReady(string setting)
    {
        await using var server = await RedisProcess.StartAsync(setting);
        using var rig = new RedisRig($"{server.Endpoint}");
        using var occupant = new TcpClient();
        await occupant.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        await occupant.GetStream().WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await occupant.GetStream().ReadExactlyAsync(new byte[7], TestContext.Current.CancellationToken);

        Assert.Equal(RedisFailure.NotReady, (await rig.CheckAsync()).Failure);
    }

    [Fact]
    public async Task A_change_of_state_is_logged_once()
    {
        await using var server = await RedisProcess.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint}");

        for (var i = 0; i < 3; i++)
            await rig.ReadAsync();
        await server.KillAsync();
        for (var i = 0; i < 3; i++)
            await rig.ReadAsync();
        await server.StartAgainAsync();
        for (var i = 0; i < 3; i++)
            await rig.ReadAsync();

        Assert.Equal(
            ["shared through Redis at", "cannot be used (Unreachable)", "shared through Redis at"],
            rig.Log.Lines.Select(line => line.Text.Contains("cannot be used", StringComparison.Ordinal)
                ? "cannot be used (Unreachable)"
                : "shared through Redis at"));
    }
}
