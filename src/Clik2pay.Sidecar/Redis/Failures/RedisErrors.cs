namespace Clik2pay.Sidecar.Redis.Failures;

/// <summary>Explains errors that Redis sends. Their text is not quoted, because a server can send anything.</summary>
internal static class RedisErrors
{
    public const string NeededRights =
        "does not allow the user every command that the sidecar needs: EVAL and TIME; GET, SET, DEL, STRLEN, PTTL and PEXPIRE on its keys; "
        + "SELECT for a database other than 0; CLUSTER and ASKING in a cluster";

    public const string UnknownCommand = "does not support a command that the sidecar needs. If it is a Sentinel, set serviceName";

    private const string NoDatabase = "does not have the database. A cluster has only database 0";

    private static readonly (string Code, RedisFailure Failure, string What)[] Codes =
    [
        ("NOAUTH", RedisFailure.AccessDenied, "requires a password"),
        ("WRONGPASS", RedisFailure.AccessDenied, "refuses the user or the password"),
        ("NOPERM", RedisFailure.AccessDenied, NeededRights),
        ("DENIED", RedisFailure.AccessDenied,
            "is in protected mode and accepts no clients from other machines. "
            + "Set a password in Redis, or protected-mode no if the network is closed"),
        ("READONLY", RedisFailure.NotReady, "is a replica"),
        ("LOADING", RedisFailure.NotReady, "is loading its data"),
        ("OOM", RedisFailure.NotReady, "is out of memory"),
        ("BUSY", RedisFailure.NotReady, "is busy with a script"),
        ("MISCONF", RedisFailure.NotReady, "cannot save to disk and accepts no writes"),
        ("NOREPLICAS", RedisFailure.NotReady, "has too few replicas and accepts no writes"),
        ("CLUSTERDOWN", RedisFailure.NotReady, "is in a cluster that is down"),
        ("MASTERDOWN", RedisFailure.NotReady, "is a replica without its master"),
        ("TRYAGAIN", RedisFailure.NotReady, "is moving the key to another node"),
    ];

    private static readonly (string Part, RedisFailure Failure, string What)[] Parts =
    [
        ("unknown command", RedisFailure.InvalidReply, UnknownCommand),
        ("max number of clients", RedisFailure.NotReady, "has reached its maximum number of clients"),
        ("DB index is out of range", RedisFailure.InvalidReply, NoDatabase),
        ("SELECT is not allowed in cluster mode", RedisFailure.InvalidReply, NoDatabase),
        ("ACL failure in script", RedisFailure.AccessDenied, NeededRights),
        ("executing the script can't", RedisFailure.AccessDenied, NeededRights),
    ];

    /// <summary>For a reply to AUTH that is neither OK nor a known error.</summary>
    public static RedisFailureException RefusedLogin => new(
        RedisFailure.AccessDenied,
        "refuses AUTH. If Redis requires no password, remove the password. Redis has no users before version 6");

    /// <summary>For a redirection to a node of the cluster that the library did not find.</summary>
    public static RedisFailureException Redirection => new(
        RedisFailure.AccessDenied,
        "redirects to another node of its cluster, which was not found. Check that the user is allowed CLUSTER and ASKING");

    public static bool IsTryAgain(string error) => error.StartsWith("TRYAGAIN", StringComparison.Ordinal);

    /// <param name="error">The error, without the leading minus sign.</param>
    /// <returns>The meaning of the error, or null if the error is unknown.</returns>
    public static RedisFailureException? Find(string error)
    {
        foreach (var (code, failure, what) in Codes)
        {
            // Before Redis 7, an error inside a script comes after a preamble and a minus sign.
            if (error.StartsWith(code, StringComparison.Ordinal) || error.Contains($" -{code} ", StringComparison.Ordinal))
                return new(failure, what);
        }

        foreach (var (part, failure, what) in Parts)
        {
            if (error.Contains(part, StringComparison.Ordinal))
                return new(failure, what);
        }

        return null;
    }
}
