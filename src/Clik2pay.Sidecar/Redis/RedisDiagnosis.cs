using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// Finds out why an operation failed. The library reports most failures as "could not connect", so the errors that the server sent and the
/// state of the connection are examined too. No text of an exception is used, because it may quote what the server sent.
/// </summary>
internal static class RedisDiagnosis
{
    /// <param name="e">What the library reported.</param>
    /// <param name="tunnel">The connections of the operation.</param>
    /// <param name="connection">Null if the library did not connect.</param>
    /// <param name="hasPassword">Whether the library sent AUTH.</param>
    /// <param name="deadline">The deadline of the operation.</param>
    /// <returns>A <see cref="RedisFailureException"/>, or an <see cref="OperationCanceledException"/> if the deadline passed.</returns>
    public static Exception Explain(
        Exception e, RedisTunnel tunnel, ConnectionMultiplexer? connection, bool hasPassword, CancellationToken deadline)
    {
        if (e is RedisFailureException)
            return e;

        var stream = tunnel.Stream;
        var errors = new List<string?>();
        for (var cause = e; cause is not null; cause = cause.InnerException)
            errors.Add((cause as RedisServerException)?.Message);
        if (connection is null)
            errors.AddRange([stream?.FirstError, stream?.LastError]);
        errors.RemoveAll(error => error is null);

        if (errors.Select(error => RedisErrors.Find(error!)).FirstOrDefault(known => known is not null) is { } known)
            return known;

        if (stream is null && tunnel.Failure is { } failure)
            return failure;

        if (stream is null || deadline.IsCancellationRequested)
            return new OperationCanceledException(deadline);

        if (errors.Count > 0)
            return connection is null && hasPassword && stream.FirstError is not null ? RedisErrors.RefusedLogin : RedisErrors.Unknown;

        if (tunnel.Failure is { } otherFailure)
            return new RedisFailureException(otherFailure.Failure, $"is in a cluster of which another node {otherFailure.Message}");

        return connection?.GetServers() is [{ IsReplica: true }]
            ? new RedisFailureException(RedisFailure.NotReady, RedisErrors.Replica)
            : ExplainEnd(stream, isInvalidReply: !IsConnectionFailure(e));
    }

    private static bool IsConnectionFailure(Exception e) => e is RedisConnectionException
    {
        FailureType: not (ConnectionFailureType.ProtocolFailure or ConnectionFailureType.InternalFailure),
    };

    private static RedisFailureException ExplainEnd(RedisStream stream, bool isInvalidReply)
    {
        if (isInvalidReply || !stream.HasEnded || stream.HasExceededLimit || (stream.HasReceived && !stream.IsRedis))
            return new(RedisFailure.InvalidReply, "did not reply as Redis does");

        // With TLS 1.3, a server checks the client's certificate after the handshake.
        return stream is { IsSecure: true, HasReceived: false }
            ? new(
                RedisFailure.TlsFailed,
                "ended the connection before its first reply; does it require another client certificate (tls-auth-clients)?")
            : new(
                RedisFailure.Unreachable,
                $"ended the connection before its reply was complete{(stream.IsSecure ? "" : "; does it require TLS?")}");
    }
}
