using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Ways to a server, and what each failure is told as.</summary>
public sealed class RedisClientTests
{
    [Theory]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("localhost:{0},abortConnect=false,connectTimeout=5000")]
    [InlineData("redis://127.0.0.1:{0}")]
    [InlineData("redis://localhost:{0}/0")]
    public async Task Both_forms_of_a_connection_string_lead_to_the_server(string form)
    {
        await using var server = await RedisServer.StartAsync();
        using var rig = new RedisRig(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, server.Port));

        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task No_connection_is_left_after_a_visit()
    {
        await using var server = await RedisServer.StartAsync();
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
    [InlineData(",user=nobody,password=right", RedisFailure.AccessDenied)]
    internal async Task A_password_is_sent_and_a_wrong_one_is_told_as_such(string options, RedisFailure? failure)
    {
        await using var server = await RedisServer.StartAsync(new() { Endpoints = [], Login = new() { Password = "right" } }, ["requirepass right"]);
        using var rig = new RedisRig($"{server.Endpoint}{options}");

        var answer = await rig.CheckAsync();

        Assert.Equal(failure, answer.Failure);
        Assert.DoesNotContain("right", answer.Reason ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", answer.Reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_with_every_odd_character_goes_through_an_address()
    {
        const string password = "a,b=c:d/e?f#g@h%i";
        await using var server = await RedisServer.StartAsync(new() { Endpoints = [], Login = new() { Password = password } }, [$"requirepass \"{password}\""]);
        using var rig = new RedisRig($"redis://:{Uri.EscapeDataString(password)}@{server.Endpoint}");

        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task A_password_that_nobody_asked_for_is_told_as_such()
    {
        await using var server = await RedisServer.StartAsync();
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
        await using var server = await RedisServer.StartAsync($"user sidecar on >secret {rights}");
        using var rig = new RedisRig($"redis://sidecar:secret@{server.Endpoint}");

        Assert.Equal(failure, (await rig.CheckAsync()).Failure);
        if (failure is not null)
            return;

        await rig.WriteAsync(RedisRig.Token("a"));
        await using var lease = await rig.AcquireAsync();
        Assert.Equal("a", (await rig.ReadAsync()).Token?.Value);
        Assert.Equal(Sidecar.Tokens.LeaseOutcome.Contended, (await rig.AcquireAsync()).Outcome);
        Assert.True(await lease.ReleaseAsync(new(Sidecar.Tokens.RefreshOutcome.Unavailable, "outage", TimeSpan.FromSeconds(5))));
        Assert.Equal(Sidecar.Tokens.LeaseOutcome.HeldOff, (await rig.AcquireAsync()).Outcome);
    }

    [Fact]
    public async Task The_database_is_the_one_that_was_asked_for()
    {
        await using var server = await RedisServer.StartAsync();
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
    public async Task TLS_trusts_the_given_authority_and_the_name_in_the_certificate()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        using var stranger = new TestCertificates("redis.example", isForLoopback: true);
        await using var server = await RedisServer.StartAsync(new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, certificates.Settings);

        using var list = new RedisRig($"{server.Endpoint},ssl=true", caFile: certificates.AuthorityFile);
        using var address = new RedisRig($"rediss://{server.Endpoint}", caFile: certificates.AuthorityFile);
        using var named = new RedisRig($"{server.Endpoint},ssl=true,sslHost=redis.example", caFile: certificates.AuthorityFile);
        using var misnamed = new RedisRig($"{server.Endpoint},ssl=true,sslHost=other.example", caFile: certificates.AuthorityFile);
        using var untrusted = new RedisRig($"{server.Endpoint},ssl=true", caFile: stranger.AuthorityFile);
        using var unknown = new RedisRig($"{server.Endpoint},ssl=true");
        using var clear = new RedisRig($"{server.Endpoint}");

        Assert.Null((await list.CheckAsync()).Reason);
        Assert.Null((await address.CheckAsync()).Reason);
        Assert.Null((await named.CheckAsync()).Reason);
        Assert.Equal(RedisFailure.TlsFailed, (await misnamed.CheckAsync()).Failure);
        Assert.Equal(RedisFailure.TlsFailed, (await untrusted.CheckAsync()).Failure);
        Assert.Contains("from an unknown authority", (await unknown.CheckAsync()).Reason, StringComparison.Ordinal);
        Assert.Contains("does it want TLS?", (await clear.CheckAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_authorities_that_has_become_empty_trusts_nobody_and_one_that_is_filled_again_needs_no_restart()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        await using var server = await RedisServer.StartAsync(new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, certificates.Settings);
        using var folder = new TemporaryFolder();
        var authority = await File.ReadAllTextAsync(certificates.AuthorityFile, TestContext.Current.CancellationToken);
        using var rig = new RedisRig($"{server.Endpoint},ssl=true", caFile: folder.Write("ca.pem", authority));

        folder.Write("ca.pem", "");
        Assert.Equal(RedisFailure.TlsFailed, (await rig.CheckAsync()).Failure);

        folder.Write("ca.pem", authority);
        Assert.Null((await rig.CheckAsync()).Reason);
    }

    [Fact]
    public async Task Without_TLS_on_the_other_side_nothing_goes_out_in_clear_text()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var rig = new RedisRig($"127.0.0.1:{port},ssl=true,password=canary");

        var check = rig.CheckAsync();
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var heard = new byte[4096];
        var count = await accepted.GetStream().ReadAsync(heard, TestContext.Current.CancellationToken);
        await accepted.GetStream().WriteAsync("-ERR unknown command\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(RedisFailure.TlsFailed, (await check).Failure);
        Assert.Equal(0x16, heard[0]); // a TLS handshake record
        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(heard, 0, count), StringComparison.Ordinal);
        Assert.False(listener.Pending(), "it did not come back to try in clear text");
    }

    [Fact]
    public async Task TLS_to_a_server_that_speaks_none_is_told_as_such()
    {
        await using var server = await RedisServer.StartAsync();
        using var rig = new RedisRig($"{server.Endpoint},ssl=true");

        Assert.Equal(RedisFailure.TlsFailed, (await rig.CheckAsync()).Failure);
    }

    [Fact]
    public async Task Of_several_endpoints_one_that_works_is_enough()
    {
        await using var server = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync($"replicaof 127.0.0.1 {server.Port}");
        await replica.WaitForAsync(reply => reply.Text!.Contains("master_link_status:up", StringComparison.Ordinal), "INFO", "replication");
        await using var swallowing = new ChaosProxy(server.Endpoint) { Fault = ChaosFault.Dropped };
        using var dead = new TcpListener(IPAddress.Loopback, 0);
        dead.Start();
        var deadPort = ((IPEndPoint)dead.LocalEndpoint).Port;
        dead.Stop();
        using var rig = new RedisRig($"127.0.0.1:{deadPort},{swallowing.Endpoint},{replica.Endpoint},{server.Endpoint}");

        Assert.Null((await rig.CheckAsync()).Reason);

        // From now on it knows.
        Assert.Equal(1, swallowing.Connections);
        Assert.Null((await rig.CheckAsync()).Reason);
        Assert.Equal(1, swallowing.Connections);
    }

    [Theory]
    [InlineData("Dropped", RedisFailure.Timeout)]
    [InlineData("HalfOpen", RedisFailure.Timeout)]
    [InlineData("Drip", RedisFailure.Timeout)]
    [InlineData("Cut", RedisFailure.Unreachable)]
    [InlineData("Delay", null)]
    internal async Task A_visit_has_one_deadline_however_the_connection_fails(string fault, RedisFailure? failure)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new ChaosProxy(server.Endpoint) { Fault = Enum.Parse<ChaosFault>(fault) };
        using var rig = new RedisRig($"{proxy.Endpoint}");
        await rig.Client.ExecuteAsync(RedisOperation.Write, ["SET", "text", new string('x', 200)], TestContext.Current.CancellationToken);

        var begun = Ambience.Time.GetTimestamp();
        var answer = await rig.Client.ExecuteAsync(RedisOperation.Read, ["GET", "text"], TestContext.Current.CancellationToken);

        Figures.Report($"visit through a proxy that has the fault {fault}: {answer.Failure?.ToString() ?? "well"} after {Ambience.Time.GetElapsedTime(begun).TotalSeconds:0.0} s");
        Assert.Equal(failure, answer.Failure);
    }

    [Theory]
    [InlineData("-DENIED Redis is running in protected mode because protected mode is enabled\r\n", RedisFailure.AccessDenied)]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n", RedisFailure.NotReady)]
    [InlineData("-READONLY You can't write against a read only replica.\r\n", RedisFailure.NotReady)]
    [InlineData("-OOM command not allowed when used memory > 'maxmemory'.\r\n", RedisFailure.NotReady)]
    [InlineData("-MISCONF Redis is configured to save RDB snapshots\r\n", RedisFailure.NotReady)]
    [InlineData("-BUSY Redis is busy running a script.\r\n", RedisFailure.NotReady)]
    [InlineData("-CLUSTERDOWN The cluster is down\r\n", RedisFailure.NotReady)]
    [InlineData("-ERR max number of clients reached\r\n", RedisFailure.NotReady)]
    [InlineData("-ERR Error running script (call to f_1): @user_script:3: -READONLY You can't write against a read only replica. \r\n", RedisFailure.NotReady)]
    [InlineData("-ERR The user executing the script can't run this command or subcommand\r\n", RedisFailure.AccessDenied)]
    [InlineData("-MOVED 3999 nonsense\r\n", RedisFailure.InvalidReply)]
    [InlineData("-canary\r\n", RedisFailure.InvalidReply)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", RedisFailure.InvalidReply)]
    [InlineData("", RedisFailure.Unreachable)]
    internal async Task What_a_server_answers_is_told_by_kind_and_never_quoted(string reply, RedisFailure failure)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        using var rig = new RedisRig($"{server.Endpoint}");

        var answer = await rig.CheckAsync();

        Assert.Equal(failure, answer.Failure);
        Assert.DoesNotContain("canary", answer.Reason, StringComparison.Ordinal);
        Assert.StartsWith($"{server.Endpoint} ", answer.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-MOVED 1 canary-password:6379\r\n")]
    [InlineData("-ASK 1 canary\u001b[31m:6379\r\n")]
    [InlineData("-MOVED 1 127.0.0.1:99999\r\n")]
    internal async Task A_server_cannot_speak_through_our_log(string reply)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        using var rig = new RedisRig($"{server.Endpoint}");

        var answer = await rig.CheckAsync();

        Assert.NotNull(answer.Failure);
        Assert.DoesNotContain("canary", answer.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*2\r\n$9\r\n127.0.0.1\r\n$5\r\n99999\r\n")]
    [InlineData("*2\r\n$0\r\n\r\n$4\r\n6379\r\n")]
    [InlineData("*2\r\n*0\r\n$4\r\n6379\r\n")]
    [InlineData("*2\r\n$6\r\ncan\nry\r\n$4\r\n6379\r\n")]
    [InlineData("*1\r\n$9\r\n127.0.0.1\r\n")]
    [InlineData("*2\r\n$8\r\n::1%a\nca\r\n$4\r\n6379\r\n")]
    [InlineData(":1\r\n")]
    internal async Task What_no_Sentinel_says_is_an_invalid_reply(string reply)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        using var rig = new RedisRig($"{server.Endpoint},serviceName=tokens");

        var answer = await rig.CheckAsync();

        Assert.Equal(RedisFailure.InvalidReply, answer.Failure);
        Assert.DoesNotContain('\n', answer.Reason!);
    }

    [Fact]
    public async Task A_server_that_wants_a_certificate_of_its_clients_is_told_as_such()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: true);
        var access = new Configuration.RedisOptions { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile };
        await using var server = await RedisServer.StartAsync(access, [.. certificates.Settings.Where(line => !line.StartsWith("tls-auth-clients", StringComparison.Ordinal)), "tls-auth-clients yes"]);
        using var rig = new RedisRig($"{server.Endpoint},ssl=true", caFile: certificates.AuthorityFile);

        var answer = await rig.CheckAsync();

        Assert.Equal(RedisFailure.TlsFailed, answer.Failure);
        Assert.Contains("tls-auth-clients", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_sends_nobody_anywhere()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var certificates = new TestCertificates("redis.example", isForLoopback: true, issuerAt: $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/ca");
        using var stranger = new TestCertificates("other.example", isForLoopback: true);

        // A server that does not know its own authority cannot send it along.
        string[] settings = [.. certificates.Settings.Select(line => line.Replace(certificates.AuthorityFile, stranger.AuthorityFile, StringComparison.Ordinal))];
        await using var server = await RedisServer.StartAsync(new() { Endpoints = [], Tls = true, CaFile = certificates.AuthorityFile }, settings);
        using var own = new RedisRig($"{server.Endpoint},ssl=true", caFile: stranger.AuthorityFile);
        using var system = new RedisRig($"{server.Endpoint},ssl=true");

        Assert.Equal(RedisFailure.TlsFailed, (await own.CheckAsync()).Failure);
        Assert.Equal(RedisFailure.TlsFailed, (await system.CheckAsync()).Failure);

        Assert.False(elsewhere.Pending(), "the issuer's certificate was asked for");
    }

    [Theory]
    [InlineData("maxclients 1", RedisFailure.NotReady)]
    [InlineData("maxmemory 1kb", RedisFailure.NotReady)]
    internal async Task A_full_server_is_a_miss(string setting, RedisFailure failure)
    {
        await using var server = await RedisServer.StartAsync(setting);
        using var rig = new RedisRig($"{server.Endpoint}");
        using var occupant = new TcpClient();
        await occupant.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        await occupant.GetStream().WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await occupant.GetStream().ReadExactlyAsync(new byte[7], TestContext.Current.CancellationToken);

        Assert.Equal(failure, (await rig.CheckAsync()).Failure);
    }

    [Fact]
    public async Task A_change_of_state_is_logged_once()
    {
        await using var server = await RedisServer.StartAsync();
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
            rig.Log.Lines.Select(line => line.Text.Contains("cannot be used", StringComparison.Ordinal) ? "cannot be used (Unreachable)" : "shared through Redis at"));
    }
}
