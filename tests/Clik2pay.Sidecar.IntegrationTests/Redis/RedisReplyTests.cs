using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Failures;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>Error replies of Redis, and replies of servers that are not Redis.</summary>
public sealed class RedisReplyTests
{
    [Theory]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n", RedisFailure.NotReady)]
    [InlineData("-READONLY You can't write against a read only replica.\r\n", RedisFailure.NotReady)]
    [InlineData("-OOM command not allowed when used memory > 'maxmemory'.\r\n", RedisFailure.NotReady)]
    [InlineData("-MISCONF Redis is configured to save RDB snapshots\r\n", RedisFailure.NotReady)]
    [InlineData("-BUSY Redis is busy running a script.\r\n", RedisFailure.NotReady)]
    [InlineData("-CLUSTERDOWN The cluster is down\r\n", RedisFailure.NotReady)]
    [InlineData("-ERR Error running script (call to f_1): @user_script:3: -READONLY You can't write. \r\n", RedisFailure.NotReady)]
    [InlineData("-ERR The user executing the script can't run this command or subcommand\r\n", RedisFailure.AccessDenied)]
    [InlineData("-NOAUTH Authentication required.\r\n", RedisFailure.AccessDenied)]
    [InlineData("-MOVED 3999 nonsense\r\n", RedisFailure.InvalidReply)]
    [InlineData("-canary\r\n", RedisFailure.InvalidReply)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", RedisFailure.InvalidReply)]
    [InlineData("", RedisFailure.Unreachable)]
    internal async Task A_reply_to_a_script_is_reported_by_kind_and_not_quoted(string reply, RedisFailure failure) =>
        Assert.Equal(failure, await GetFailureAsync(reply, acceptsConnections: true));

    [Theory]
    [InlineData("-DENIED Redis is running in protected mode because protected mode is enabled\r\n", RedisFailure.AccessDenied)]
    [InlineData("-NOAUTH Authentication required.\r\n", RedisFailure.AccessDenied)]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n", RedisFailure.NotReady)]
    [InlineData("-ERR max number of clients reached\r\n", RedisFailure.NotReady)]
    [InlineData("-ERR max number of clients + cluster connections reached\r\n", RedisFailure.NotReady)]
    [InlineData("-canary\r\n", RedisFailure.InvalidReply)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", RedisFailure.InvalidReply)]
    [InlineData("", RedisFailure.Unreachable)]
    internal async Task A_refused_connection_is_reported_by_kind_and_the_refusal_is_not_quoted(string reply, RedisFailure failure) =>
        Assert.Equal(failure, await GetFailureAsync(reply, acceptsConnections: false));

    /// <summary>The timing determines whether the library finds the wrong reply or the end of the connection first.</summary>
    [Fact]
    public async Task A_server_that_replies_OK_and_closes_is_reported_as_unreachable_or_as_an_invalid_reply() =>
        Assert.True(
            await GetFailureAsync("+OK\r\n", acceptsConnections: false) is RedisFailure.Unreachable or RedisFailure.InvalidReply);

    [Theory]
    [InlineData("-MOVED 1 canary-password:6379\r\n")]
    [InlineData("-ASK 1 canary\u001b[31m:6379\r\n")]
    [InlineData("-MOVED 1 127.0.0.1:99999\r\n")]
    internal async Task A_redirection_to_an_invalid_address_is_not_quoted(string reply)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        using var rig = new RedisRig($"{server.Endpoint}");

        var response = await rig.CheckAsync();

        Assert.NotNull(response.Failure);
        Assert.DoesNotContain("canary", response.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*2\r\n$9\r\n127.0.0.1\r\n$5\r\n99999\r\n")]
    [InlineData("*2\r\n$0\r\n\r\n$4\r\n6379\r\n")]
    [InlineData("*2\r\n*0\r\n$4\r\n6379\r\n")]
    [InlineData("*2\r\n$6\r\ncan\nry\r\n$4\r\n6379\r\n")]
    [InlineData("*1\r\n$9\r\n127.0.0.1\r\n")]
    [InlineData(":1\r\n")]
    internal async Task A_reply_that_no_Sentinel_sends_is_reported_as_an_invalid_reply(string reply)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply));
        using var rig = new RedisRig($"{server.Endpoint},serviceName=tokens");

        var response = await rig.CheckAsync();

        Assert.Equal(RedisFailure.InvalidReply, response.Failure);
        Assert.DoesNotContain('\n', response.Reason!);
    }

    [Fact]
    public async Task A_line_break_in_an_address_from_a_Sentinel_is_not_quoted()
    {
        await using var server = new ScriptedServer("*2\r\n$8\r\n::1%a\nca\r\n$1\r\n1\r\n"u8.ToArray());
        using var rig = new RedisRig($"{server.Endpoint},serviceName=tokens");

        var response = await rig.CheckAsync();

        Assert.NotNull(response.Failure);
        Assert.DoesNotContain('\n', response.Reason!);
    }

    [Fact]
    public async Task A_server_that_sends_more_than_the_limit_is_disconnected()
    {
        await using var server = new ScriptedServer([.. "$104857600\r\n"u8, .. new byte[4 * 1024 * 1024]]);
        using var rig = new RedisRig($"{server.Endpoint}");

        Assert.Equal(RedisFailure.InvalidReply, (await rig.CheckAsync()).Failure);
    }

    [Theory]
    [InlineData("*1\r\n", 50_000, RedisFailure.InvalidReply)]
    [InlineData("*2\r\n:1\r\n", 50_000, RedisFailure.InvalidReply)]
    [InlineData("%1\r\n+a\r\n", 50_000, RedisFailure.InvalidReply)]
    [InlineData("*1\r\n", 1900, RedisFailure.Unreachable)]
    internal async Task Nested_arrays_do_not_overflow_the_stack(string array, int count, RedisFailure failure)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(array, count))));
        using var rig = new RedisRig($"{server.Endpoint}");

        Assert.Equal(failure, (await rig.CheckAsync()).Failure);
    }

    [Theory]
    [InlineData("+NO\r\n")]
    [InlineData("-\r\n")]
    [InlineData("$-1\r\n")]
    [InlineData(":1\r\n")]
    [InlineData("!9\r\nWRONGPASS\r\n")]
    [InlineData("-ERR canary\r\n")]
    public async Task A_script_runs_only_after_a_successful_AUTH(string authReply)
    {
        await using var server = new ScriptedServer("$1\r\n1\r\n"u8.ToArray()) { AuthReply = authReply };
        using var rig = new RedisRig($"{server.Endpoint},password=any");

        var response = await rig.CheckAsync();

        Assert.Equal(RedisFailure.AccessDenied, response.Failure);
        Assert.DoesNotContain("canary", response.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_reports_1200_nodes_gets_at_most_100_connections()
    {
        using var node = new TcpListener(IPAddress.Any, 0);
        node.Start();
        var port = ((IPEndPoint)node.LocalEndpoint).Port;
        var others = Enumerable.Range(1, 1200).Select(i =>
            $"{i:x40} 127.0.{i / 250}.{1 + (i % 250)}:{port}@1 master - 0 0 {i} connected {i}\n");
        await using var server = new ScriptedServer("-MOVED 1 127.0.0.1:1\r\n"u8.ToArray());
        server.Nodes = $"{0:x40} {server.Endpoint}@1 myself,master - 0 0 1 connected\n{string.Concat(others)}";
        using var rig = new RedisRig($"{server.Endpoint}");
        using var end = new CancellationTokenSource();
        var counting = CountAsync();

        Assert.NotNull((await rig.CheckAsync()).Failure);

        await end.CancelAsync();
        Assert.InRange(await counting, 1, 100);

        async Task<int> CountAsync()
        {
            for (var connections = 0; ; connections++)
            {
                try
                {
                    using var accepted = await node.AcceptSocketAsync(end.Token);
                }
                catch (OperationCanceledException)
                {
                    return connections;
                }
            }
        }
    }

    /// <summary>Also checks that the reason starts with the address and does not quote the reply.</summary>
    private static async Task<RedisFailure?> GetFailureAsync(string reply, bool acceptsConnections)
    {
        await using var server = new ScriptedServer(Encoding.ASCII.GetBytes(reply)) { AcceptsConnections = acceptsConnections };
        using var rig = new RedisRig($"{server.Endpoint}");

        var response = await rig.CheckAsync();

        Assert.DoesNotContain("canary", response.Reason, StringComparison.Ordinal);
        Assert.StartsWith($"{server.Endpoint} ", response.Reason, StringComparison.Ordinal);
        return response.Failure;
    }
}
