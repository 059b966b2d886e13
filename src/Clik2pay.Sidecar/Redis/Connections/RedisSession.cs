using System.Net;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>
/// The library's connection to one server for one operation. The library is designed to connect once and to keep the connection, because
/// connecting costs more than a command. However, a replica needs only 16 operations an hour, and the idle connections of thousands of
/// replicas would use up Redis's <c>maxclients</c>. Therefore each operation connects.
/// </summary>
internal sealed class RedisSession : IAsyncDisposable
{
    /// <summary>
    /// The commands that the library may send to a server. To connect, the library sends AUTH and TIME. AUTH requires no rights, and the
    /// scripts also use TIME.
    /// </summary>
    private static readonly CommandMap ServerCommands = CommandMap.Create(["EVAL", "TIME", "AUTH"], available: true);

    /// <summary>With CLUSTER, the library finds all nodes and connects to them. With ASKING, it follows redirections.</summary>
    private static readonly CommandMap ClusterCommands =
        CommandMap.Create(["EVAL", "TIME", "AUTH", "CLUSTER", "ASKING"], available: true);

    private static readonly CommandMap SentinelCommands = CommandMap.Create(["SENTINEL", "PING", "AUTH"], available: true);

    private readonly RedisTarget target;
    private readonly RedisTunnel tunnel;
    private readonly CancellationToken deadline;
    private ConnectionMultiplexer? connection;

    private RedisSession(RedisTarget target, RedisTunnel tunnel, CancellationToken deadline) =>
        (this.target, this.tunnel, this.deadline) = (target, tunnel, deadline);

    /// <summary>Whether the server redirects to another node of its cluster.</summary>
    public bool IsRedirected { get; private set; }

    /// <param name="target">The server to connect to.</param>
    /// <param name="tunnel">Opens the connection. The session disposes it.</param>
    /// <param name="remaining">The time until the deadline.</param>
    /// <param name="deadline">Canceled at the deadline.</param>
    /// <exception cref="RedisFailureException">The server cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public static async Task<RedisSession> OpenAsync(
        RedisTarget target, RedisTunnel tunnel, TimeSpan remaining, CancellationToken deadline)
    {
        var configuration = new ConfigurationOptions
        {
            // Otherwise, the library selects defaults by host name. The defaults for Azure subscribe to events.
            Defaults = new(),
            EndPoints = { { target.Endpoint.Host, target.Endpoint.Port } },
            Tunnel = tunnel,
            User = target.Login.User,
            Password = target.Login.Password,
            CommandMap = target.Kind switch
            {
                RedisServerKind.Sentinel => SentinelCommands,
                RedisServerKind.Cluster => ClusterCommands,
                _ => ServerCommands,
            },
            Protocol = RedisProtocol.Resp2,
            ClientName = "clik2pay-sidecar",
            TieBreaker = "",
            ConfigurationChannel = "",
            AbortOnConnectFail = true,
            ConnectRetry = 1,

            // The operation's deadline passes before these timeouts. A cluster is the exception: the library waits for all of its nodes,
            // and after the timeout continues without those that have not responded.
            ConnectTimeout = (int)(target.Kind == RedisServerKind.Cluster ? remaining / 2 : remaining * 2).TotalMilliseconds + 1,
            AsyncTimeout = (int)(remaining * 2).TotalMilliseconds + 1,
        };
        var session = new RedisSession(target, tunnel, deadline);
        try
        {
            var connecting = ConnectionMultiplexer.ConnectAsync(configuration);
            session.connection = await session.WaitAsync(connecting, connected => connected.Dispose());
            return session;
        }
        catch (Exception e)
        {
            await session.DisposeAsync();
            throw session.Explain(e);
        }
    }

    /// <summary>Runs a script on the server, or on the node of its cluster that has the keys.</summary>
    /// <exception cref="RedisFailureException">The script did not run to its end.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public async Task<RedisResult> RunAsync(RedisScript script)
    {
        var (database, keys) = (connection!.GetDatabase(0), script.Keys);
        while (true)
        {
            try
            {
                return await WaitAsync(database.ScriptEvaluateAsync(script.Text, keys, script.Values, CommandFlags.DemandMaster));
            }
            catch (RedisServerException e) when (keys.Length > 1 && script.FirstKeySuffices && RedisErrors.IsTryAgain(e.Message))
            {
                keys = keys[..1];
            }
            catch (Exception e)
            {
                IsRedirected = RedisDiagnosis.IsRedirection(e, connection);
                throw Explain(e);
            }
        }
    }

    /// <summary>The node of the cluster that has a key. Null if the server is not in a cluster.</summary>
    public RedisEndpoint? FindNode(RedisKey key) =>
        RedisEndpoint.TryCreate(connection!.GetServers()[0].ClusterConfiguration?.GetBySlot(key)?.EndPoint);

    /// <summary>Asks a Sentinel for the address of the master.</summary>
    /// <exception cref="RedisFailureException">The Sentinel does not monitor the service.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed.</exception>
    public async Task<RedisEndpoint> FindMasterAsync(string service)
    {
        EndPoint? master;
        try
        {
            master = await WaitAsync(connection!.GetServers()[0].SentinelGetMasterAddressByNameAsync(service));
        }
        catch (Exception e)
        {
            throw Explain(e);
        }

        if (master is null)
            throw new RedisFailureException(RedisFailure.NotReady, $"is a Sentinel that does not monitor the service {service}");

        return RedisEndpoint.TryCreate(master)
            ?? throw new RedisFailureException(RedisFailure.InvalidReply, "sent an address of the master that is not valid");
    }

    public async ValueTask DisposeAsync()
    {
        // Close the streams first. Otherwise the library waits for replies.
        await tunnel.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }

    /// <summary>The library's operations cannot be canceled. An abandoned operation ends soon, because its connection is closed.</summary>
    private async Task<T> WaitAsync<T>(Task<T> operation, Action<T>? dispose = null)
    {
        try
        {
            return await operation.WaitAsync(deadline);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            _ = operation.ContinueWith(
                abandoned =>
                {
                    if (abandoned.IsCompletedSuccessfully)
                        dispose?.Invoke(abandoned.Result);
                    else
                        _ = abandoned.Exception;
                },
                TaskScheduler.Default);
            throw;
        }
    }

    private Exception Explain(Exception e) => RedisDiagnosis.Explain(e, target, tunnel, connection, deadline);
}
