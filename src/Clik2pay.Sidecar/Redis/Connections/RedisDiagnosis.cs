using Clik2pay.Sidecar.Redis.Failures;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Connections;

/// <summary>
/// Finds the cause of a failed operation. The library reports most failures as "could not connect", so the errors that the server sent and
/// the state of the connection are examined too. The text of exceptions is not quoted, because it may contain what the server sent.
/// </summary>
internal static class RedisDiagnosis
{
    private const string NotSentinel = "did not reply as a Sentinel does. If it is not a Sentinel, remove serviceName";

    /// <param name="e">The exception of the library.</param>
    /// <param name="target">The server that the operation connected to.</param>
    /// <param name="tunnel">The connections of the operation.</param>
    /// <param name="connection">The library's connection. Null if the library did not connect.</param>
    /// <param name="deadline">The deadline of the operation.</param>
    /// <returns>A <see cref="RedisFailureException"/>, or an <see cref="OperationCanceledException"/> if the deadline passed.</returns>
    public static Exception Explain(
        Exception e, RedisTarget target, RedisTunnel tunnel, ConnectionMultiplexer? connection, CancellationToken deadline)
    {
        if (e is RedisFailureException)
            return e;

        if (tunnel.Stream is not { } stream)
            return tunnel.Failure ?? (Exception)new OperationCanceledException(deadline);

        var errors = FindErrors(e, stream, isConnected: connection is not null).ToList();
        if (errors.Count > 0 && ExplainError(errors, target.Kind) is { } known)
            return known;

        if (stream.IsLoginRefused)
            return RedisErrors.RefusedLogin;

        // Examined before the deadline, because the library waits for a node that it cannot connect to.
        if (connection is not null && tunnel.IsLoginRefused)
        {
            return new RedisFailureException(
                RedisFailure.AccessDenied, "is in a cluster in which another node refuses the user or the password");
        }

        if (tunnel.Failure is { } failure)
            return new RedisFailureException(failure.Failure, $"is in a cluster in which another node {failure.Message}");

        if (deadline.IsCancellationRequested)
            return new OperationCanceledException(deadline);

        if (IsRedirection(e, connection))
            return RedisErrors.Redirection;

        return ExplainEnd(stream, target.Kind, isInvalidReply: errors.Count > 0 || !IsConnectionFailure(e));
    }

    /// <summary>Whether the server redirects to a node that the library is not connected to.</summary>
    public static bool IsRedirection(Exception e, ConnectionMultiplexer? connection) =>
        connection is not null && e is RedisConnectionException { FailureType: ConnectionFailureType.UnableToConnect };

    /// <summary>The errors that the server sent. The errors that the stream recorded count only while the library connects.</summary>
    private static IEnumerable<string> FindErrors(Exception? e, RedisStream stream, bool isConnected)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is RedisServerException)
                yield return e.Message;
        }

        if (!isConnected && stream.FirstError is { } first)
            yield return first;
        if (!isConnected && stream.LastError is { } last)
            yield return last;
    }

    private static RedisFailureException? ExplainError(IEnumerable<string> errors, RedisServerKind kind)
    {
        var known = errors.Select(RedisErrors.Find).FirstOrDefault(error => error is not null);
        if (kind != RedisServerKind.Sentinel || known is null)
            return known;

        return known.Message is RedisErrors.NeededRights or RedisErrors.UnknownCommand
            ? new(RedisFailure.InvalidReply, NotSentinel)
            : new(known.Failure, $"is a Sentinel and {known.Message} (Redis:SentinelUser, Redis:SentinelPassword)");
    }

    private static bool IsConnectionFailure(Exception e) => e is RedisConnectionException
    {
        FailureType: not (ConnectionFailureType.ProtocolFailure or ConnectionFailureType.InternalFailure),
    };

    private static RedisFailureException ExplainEnd(RedisStream stream, RedisServerKind kind, bool isInvalidReply)
    {
        if (isInvalidReply || !stream.HasEnded || stream.HasExceededLimit || (stream.HasReceived && !stream.IsRedis))
            return new(RedisFailure.InvalidReply, kind == RedisServerKind.Sentinel ? NotSentinel : "did not reply as Redis does");

        // With TLS 1.3, a server checks the client's certificate after the handshake.
        return stream is { IsSecure: true, HasReceived: false }
            ? new(
                RedisFailure.TlsFailed,
                "ended the connection before its first reply. Check whether it requires a client certificate (tls-auth-clients)")
            : new(
                RedisFailure.Unreachable,
                "ended the connection before its reply was complete"
                + (stream.IsSecure || stream.HasReceived ? "" : ". Check whether it requires TLS"));
    }
}
