using System.Collections.Concurrent;
using System.Diagnostics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens.Sharing;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>
/// Runs scripts on Redis, each on its own connection (see <see cref="RedisSession"/>). A failure is returned instead of thrown, and is
/// logged if it differs from the previous one.
/// </summary>
internal sealed class RedisClient(
    RedisOptions options,
    TcpConnector connector,
    RedisLogins logins,
    RedisMetrics metrics,
    TimeProvider time,
    ILogger<RedisClient> log)
{
    /// <summary>
    /// The time limit for an operation. It includes the connections to all endpoints and to the servers that they redirect to, TLS,
    /// authentication and the script.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const string DeleteIfUnchanged = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;

    private const int MaxLastEndpoints = 1000;

    /// <summary>
    /// The endpoint that worked last, for the keys of each profile. In a cluster, it is the node that has these keys. The key is the name
    /// of the first key without its last part.
    /// </summary>
    private readonly ConcurrentDictionary<string, RedisEndpoint> lastEndpoints = new(StringComparer.Ordinal);

    private readonly Lock reporting = new();
    private bool isInUse;
    private (RedisFailure Failure, bool AffectsWritesOnly)? lastFailure;
    private TimeSpan lastReportedStart = TimeSpan.MinValue;
    private volatile StoreStatus status = new("Redis");

    /// <summary>
    /// The state after the last operation. It contains no address, because an address could be a misplaced password. Every client of the
    /// administration listener can read the state, while only the log contains the address.
    /// </summary>
    public StoreStatus Status => status;

    /// <param name="operation">The purpose of the script.</param>
    /// <param name="script">The script to run.</param>
    /// <param name="cancellationToken">Ends the operation before its <see cref="Timeout"/>.</param>
    public async Task<RedisResponse> RunAsync(RedisOperation operation, RedisScript script, CancellationToken cancellationToken)
    {
        using var activity = StartSpan(operation);
        var startedAt = time.GetMonotonicNow();
        var response = await TryAllAsync(SelectDatabase(script), cancellationToken);
        activity.SetOutcome(response.Failure?.ToSnakeCase() ?? "success", isError: response.Failure is not null);
        metrics.OperationEnded(operation, response.Failure, time.GetMonotonicNow() - startedAt);
        Report(response, isWriting: operation != RedisOperation.Read, startedAt);
        return response;
    }

    /// <summary>Removes a value that was read and cannot be used, unless it has been replaced since.</summary>
    public Task DeleteIfUnchangedAsync(string key, byte[] value, CancellationToken cancellationToken) =>
        RunAsync(RedisOperation.Discard, new(DeleteIfUnchanged, [key], [value]), cancellationToken);

    /// <summary>Starts a span only within a trace. Otherwise, each poll of the shared token would create its own trace.</summary>
    private static Activity? StartSpan(RedisOperation operation) => Activity.Current is null
        ? null
        : SidecarSpans.Source.StartActivity($"redis {operation.ToSnakeCase()}", ActivityKind.Client)?.SetTag("db.system.name", "redis");

    /// <summary>
    /// Makes the script select its database. If the library sent SELECT, it would ignore a refusal, and the script would run in database 0.
    /// </summary>
    private RedisScript SelectDatabase(RedisScript script) =>
        options.Database == 0 ? script : script with { Text = $"redis.call('SELECT', {options.Database})\n{script.Text}" };

    /// <summary>
    /// Updates the state, and logs a change. A Redis that accepts reads may still refuse writes. Operations of several profiles run at the
    /// same time. A failure takes up to 2 s, so it may end after a later operation has succeeded. Such an outdated result is not reported.
    /// </summary>
    private void Report(RedisResponse response, bool isWriting, TimeSpan startedAt)
    {
        lock (reporting)
        {
            if (startedAt < lastReportedStart)
                return;

            lastReportedStart = startedAt;
            if (response.Failure is { } failure)
            {
                if (lastFailure?.Failure != failure)
                    log.Unusable(failure, response.Reason!);

                // A successful read does not end a failure that affects writes only.
                var affectsWritesOnly =
                    isWriting && failure is RedisFailure.NotReady or RedisFailure.AccessDenied or RedisFailure.InvalidReply;
                lastFailure = (failure, affectsWritesOnly);
                isInUse = false;
                status = status with { IsUp = false, Failure = failure.ToSnakeCase() };
            }
            else if (!isInUse && (isWriting || lastFailure is not { AffectsWritesOnly: true }))
            {
                log.InUse(options);
                lastFailure = null;
                isInUse = true;
                status = status with { IsUp = true, Failure = null };
            }
        }
    }

    private async Task<RedisResponse> TryAllAsync(RedisScript script, CancellationToken cancellationToken)
    {
        // The endpoint that worked last comes first.
        var lastEndpoint = lastEndpoints.GetValueOrDefault(GroupOf(script));
        var endpoints = options.Endpoints.Prepend(lastEndpoint).OfType<RedisEndpoint>().Distinct().ToList();
        var deadline = time.GetMonotonicNow() + Timeout;
        var response = default(RedisResponse);
        for (var i = 0; i < endpoints.Count; i++)
        {
            // An endpoint that drops packets must leave time for the next endpoints.
            var share = (deadline - time.GetMonotonicNow()) / (endpoints.Count - i);
            response = await TryAsync(endpoints[i], script, share, cancellationToken);
            if (response.Failure is null)
                break;
        }

        return response;
    }

    private async Task<RedisResponse> TryAsync(
        RedisEndpoint endpoint, RedisScript script, TimeSpan share, CancellationToken cancellationToken)
    {
        var at = endpoint;
        try
        {
            share = MonotonicTime.Max(share, TimeSpan.Zero);
            var endsAt = time.GetMonotonicNow() + share;
            using var timer = new CancellationTokenSource(share, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            var login = await logins.ReadAsync(options.Login, either.Token);
            if (options.ServiceName is { } service)
                at = await FindMasterAsync(endpoint, service, login, endsAt, either.Token);

            var (reply, node) = await RunAsync(at, login, script, endsAt, either.Token);
            Remember(script, options.ServiceName is null ? node : endpoint);
            return new(reply);
        }
        catch (RedisFailureException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(Reply: null, e.Failure, $"{Name(at)} {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(Reply: null, RedisFailure.Timeout, $"{Name(at)} did not respond in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An unexpected failure must not end a refresh.
            return new(Reply: null, RedisFailure.Unreachable, $"{Name(at)} cannot be used ({e.GetType().Name})");
        }

        // A Sentinel can report any text as the name of the master. Only configured names and IP addresses are quoted.
        string Name(RedisEndpoint failed) =>
            failed.IsAddress || options.Endpoints.Contains(failed) ? $"{failed}" : "the master that the Sentinel reported";
    }

    /// <summary>Rotations add groups, so all groups are removed when there are too many.</summary>
    private void Remember(RedisScript script, RedisEndpoint endpoint)
    {
        if (lastEndpoints.Count >= MaxLastEndpoints)
            lastEndpoints.Clear();
        lastEndpoints[GroupOf(script)] = endpoint;
    }

    /// <summary>The part of a key's name that all keys of one profile have in common.</summary>
    private static string GroupOf(RedisScript script)
    {
        var name = $"{script.Keys[0]}";
        return name[..Math.Max(0, name.LastIndexOf(':'))];
    }

    private async Task<(RedisResult Reply, RedisEndpoint Node)> RunAsync(
        RedisEndpoint endpoint, RedisLogin login, RedisScript script, TimeSpan endsAt, CancellationToken deadline)
    {
        await using (var session = await OpenAsync(new(RedisServerKind.Server, endpoint, login), endsAt, deadline))
        {
            try
            {
                return (await session.RunAsync(script), endpoint);
            }
            catch (RedisFailureException) when (session.IsRedirected)
            {
                // Another node of the cluster has the keys.
            }
        }

        await using var cluster = await OpenAsync(new(RedisServerKind.Cluster, endpoint, login), endsAt, deadline);
        var reply = await cluster.RunAsync(script);
        return (reply, cluster.FindNode(script.Keys[0]) ?? endpoint);
    }

    private async Task<RedisEndpoint> FindMasterAsync(
        RedisEndpoint sentinel, string service, RedisLogin login, TimeSpan endsAt, CancellationToken deadline)
    {
        var target = new RedisTarget(
            RedisServerKind.Sentinel, sentinel, await logins.ReadAsync(options.SentinelLogin ?? RedisLogin.None, deadline));
        RedisSession session;
        try
        {
            session = await OpenAsync(target, endsAt, deadline);
        }
        catch (RedisFailureException e)
            when (e.Failure == RedisFailure.AccessDenied && options.SentinelLogin is null && login.Password is not null)
        {
            // Many Sentinels have no users and refuse every login. The servers' login is used only if the Sentinel requires one.
            session = await OpenAsync(target with { Login = login }, endsAt, deadline);
        }

        await using (session)
            return await session.FindMasterAsync(service);
    }

    private Task<RedisSession> OpenAsync(RedisTarget target, TimeSpan endsAt, CancellationToken deadline)
    {
        var tunnel = new RedisTunnel(options, target.Login.Password is not null, connector, deadline);
        return RedisSession.OpenAsync(target, tunnel, MonotonicTime.Max(endsAt - time.GetMonotonicNow(), TimeSpan.Zero), deadline);
    }
}
