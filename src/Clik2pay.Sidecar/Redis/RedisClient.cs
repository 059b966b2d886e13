using System.Globalization;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Visits Redis: opens a connection, runs one command, closes it. A refresh needs a few commands an hour, and thousands of sidecars must not
/// hold thousands of idle connections. Whatever goes wrong is a value, told to the log when it changes.
/// </summary>
internal sealed class RedisClient(
    RedisOptions options, TcpConnector connector, SidecarMetrics metrics, TimeProvider time, ILogger<RedisClient> log)
{
    /// <summary>For a whole visit: connections to all endpoints and to where they send us, TLS, authentication, command.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int MostRedirections = 5;
    private const string NoSentinel = "answered as no Sentinel does; is it a server? Those need no serviceName";

    private const string DeleteIfStill = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;

    private RedisEndpoint? answeredLast;
    private bool isInUse;
    private (RedisFailure Failure, bool IsWriting)? trouble;
    private volatile StoreStatus status = new("Redis");

    /// <summary>How Redis was at the last visit. The log says more: an address may be a password in the wrong place, and this goes to whoever asks.</summary>
    public StoreStatus Status => status;

    /// <param name="operation">What the visit is for.</param>
    /// <param name="command">The command, whose reply is not an error when the answer has one.</param>
    /// <param name="cancellationToken">Ends the visit; it ends by itself after <see cref="Timeout"/>.</param>
    /// <param name="whileMoving">
    /// A command with a single key that replaces <paramref name="command"/> while a cluster moves the slot. The node refuses a command with
    /// several keys (TRYAGAIN) while the keys are on two nodes.
    /// </param>
    public async Task<RedisAnswer> ExecuteAsync(
        RedisOperation operation,
        IReadOnlyList<RespArgument> command,
        CancellationToken cancellationToken,
        IReadOnlyList<RespArgument>? whileMoving = null)
    {
        using var activity = SidecarActivities.StartStoreVisit(operation);
        var startedAt = time.GetMonotonicNow();
        var answer = await VisitAsync(command, whileMoving, cancellationToken);
        activity.End(answer.Failure);
        metrics.StoreVisited(operation, answer.Failure, time.GetMonotonicNow() - startedAt);
        Report(answer, isWriting: operation != RedisOperation.Read);
        return answer;
    }

    /// <summary>Removes a value that was read and found to be of no use, unless another has taken its place meanwhile.</summary>
    public Task DeleteIfStillAsync(string key, byte[] value, CancellationToken cancellationToken) =>
        ExecuteAsync(RedisOperation.Discard, ["EVAL", DeleteIfStill, 1, key, value], cancellationToken);

    /// <summary>Changes of state, not visits. A Redis that is full is not well because it can be read.</summary>
    private void Report(RedisAnswer answer, bool isWriting)
    {
        if (answer.Failure is { } failure)
        {
            if (trouble?.Failure != failure)
                log.Unusable(failure, answer.Reason!);

            // What a write meets and a read does not: that it can be read again does not mean that this is over.
            trouble = (failure, isWriting && failure is (RedisFailure.NotReady or RedisFailure.AccessDenied or RedisFailure.InvalidReply));
            isInUse = false;
            status = status with { IsUp = false, Trouble = failure.ToSnakeCase() };
        }
        else if (!isInUse && (isWriting || trouble is not { IsWriting: true }))
        {
            log.InUse(options);
            trouble = null;
            isInUse = true;
            status = status with { IsUp = true, Trouble = null };
        }
    }

    private async Task<RedisAnswer> VisitAsync(
        IReadOnlyList<RespArgument> command, IReadOnlyList<RespArgument>? whileMoving, CancellationToken cancellationToken)
    {
        // The one that answered last comes first: with a cluster it is the node that has our keys.
        var candidates = options.Endpoints.Prepend(answeredLast).OfType<RedisEndpoint>().Distinct().ToList();
        var deadline = time.GetMonotonicNow() + Timeout;
        var answer = default(RedisAnswer);
        for (var i = 0; i < candidates.Count; i++)
        {
            // One that swallows packets must not take the time of those behind it.
            var share = (deadline - time.GetMonotonicNow()) / (candidates.Count - i);
            answer = await TryAsync(candidates[i], command, whileMoving, share, cancellationToken);
            if (answer.Failure is null)
                break;
        }

        return answer;
    }

    private async Task<RedisAnswer> TryAsync(
        RedisEndpoint endpoint,
        IReadOnlyList<RespArgument> command,
        IReadOnlyList<RespArgument>? whileMoving,
        TimeSpan share,
        CancellationToken cancellationToken)
    {
        var at = endpoint;
        try
        {
            using var deadline = new CancellationTokenSource(share > TimeSpan.Zero ? share : TimeSpan.Zero, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);

            if (options.ServiceName is { } service)
                at = await FindMasterAsync(endpoint, service, either.Token);

            var (start, isAsking) = (at, false);
            for (var redirections = 0; ; redirections++)
            {
                await using var connection = await RedisConnection.OpenAsync(at, options, connector, either.Token);
                await connection.IntroduceAsync(options, either.Token);
                if (isAsking)
                    await connection.ExecuteAsync(["ASKING"], either.Token);

                var reply = await connection.SendAsync(command, either.Token);
                if (reply.Kind != RespKind.Error)
                {
                    if (!isAsking)
                        answeredLast = options.ServiceName is null ? at : endpoint;
                    return new(reply);
                }

                if (whileMoving is not null && reply.Text.StartsWith("TRYAGAIN", StringComparison.Ordinal))
                {
                    // From the start: what has not been moved yet is where it was.
                    (command, whileMoving, at, isAsking) = (whileMoving, null, start, false);
                    continue;
                }

                if (redirections == MostRedirections || ClusterRedirection.TryRead(reply.Text, at) is not { } redirection)
                    throw RedisErrors.Explain(reply);

                (at, isAsking) = (redirection.Endpoint, redirection.IsAsk);
            }
        }
        catch (RedisException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(Reply: null, e.Failure, $"{Name(at)} {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(Reply: null, RedisFailure.Timeout, $"{Name(at)} did not answer in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, it is Redis's trouble and must not become a refresh's.
            return new(Reply: null, RedisFailure.Unreachable, $"{Name(at)} could not be visited ({e.GetType().Name})");
        }

        // What a server calls another node may be anything: it is told on only when we knew it, or when it is an address.
        string Name(RedisEndpoint it) => it.IsAddress || options.Endpoints.Contains(it) ? $"{it}" : "a node that Redis has named";
    }

    /// <summary>Asks a Sentinel, without the password if it wants none: many have no users, and refuse who introduces himself.</summary>
    private async Task<RedisEndpoint> FindMasterAsync(RedisEndpoint sentinel, string service, CancellationToken cancellationToken)
    {
        RespArgument[] question = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", service];
        await using var connection = await RedisConnection.OpenAsync(sentinel, options, connector, cancellationToken);
        var reply = await connection.SendAsync(question, cancellationToken);
        if (reply.Kind == RespKind.Error && options.Login.Password is not null)
        {
            await connection.AuthenticateAsync(options, cancellationToken);
            reply = await connection.SendAsync(question, cancellationToken);
        }

        if (reply.Kind == RespKind.Error)
            throw RedisErrors.Explain(reply, NoSentinel);

        if (reply.Kind == RespKind.Null)
            throw new RedisException(RedisFailure.NotReady, $"is a Sentinel that knows no master by the name {service}");

        return reply.Items is [{ Kind: RespKind.Text } host, { Kind: RespKind.Text } port] && int.TryParse(port.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && RedisEndpoint.TryCreate(host.Text, number) is { } master
            ? master
            : throw new RedisException(RedisFailure.InvalidReply, NoSentinel);
    }
}
