namespace Clik2pay.Sidecar.Redis;

/// <summary>What the errors mean that Redis answers with. Of their text only what is known is told on.</summary>
internal static class RedisErrors
{
    private const string NeededRights = "does not allow the user what the sidecar needs: EVAL and TIME, and GET, SET, DEL, STRLEN, PTTL and PEXPIRE on its keys (and SELECT, with a database)";

    private static readonly (string Sign, RedisFailure Failure, string What)[] Known =
    [
        ("NOAUTH", RedisFailure.AccessDenied, "wants a password"),
        ("WRONGPASS", RedisFailure.AccessDenied, "refuses the user or the password"),
        ("NOPERM", RedisFailure.AccessDenied, NeededRights),
        ("DENIED", RedisFailure.AccessDenied, "is in protected mode and lets nobody in from other machines; give it a password, or set protected-mode no on a closed network"),
        ("READONLY", RedisFailure.NotReady, "is a replica"),
        ("LOADING", RedisFailure.NotReady, "is loading its data"),
        ("OOM", RedisFailure.NotReady, "is out of memory"),
        ("BUSY", RedisFailure.NotReady, "is busy with a script"),
        ("MISCONF", RedisFailure.NotReady, "cannot save to disk and accepts no writes"),
        ("NOREPLICAS", RedisFailure.NotReady, "has too few replicas and accepts no writes"),
        ("CLUSTERDOWN", RedisFailure.NotReady, "is in a cluster that is down"),
        ("MASTERDOWN", RedisFailure.NotReady, "is a replica without its master"),
        ("TRYAGAIN", RedisFailure.NotReady, "is handing the key over to another node"),
    ];

    private static readonly (string Part, RedisFailure Failure, string What)[] KnownParts =
    [
        ("max number of clients", RedisFailure.NotReady, "has its maximum of clients"),
        ("ACL failure in script", RedisFailure.AccessDenied, NeededRights),
        ("executing the script can't", RedisFailure.AccessDenied, NeededRights),
    ];

    /// <param name="error">What Redis answered.</param>
    /// <param name="otherwise">What it means when it is none of the known ones.</param>
    /// <param name="failure">And of which kind that is.</param>
    public static RedisException Explain(RespReply error, string otherwise = "answered with an error; does it allow EVAL?", RedisFailure failure = RedisFailure.InvalidReply)
    {
        var text = error.Text;
        foreach (var (sign, kind, what) in Known)
        {
            // Before Redis 7 an error inside of a script comes behind a preamble and a minus.
            if (text.StartsWith(sign, StringComparison.Ordinal) || text.Contains($" -{sign} ", StringComparison.Ordinal))
                return new(kind, what);
        }

        foreach (var (part, kind, what) in KnownParts)
        {
            if (text.Contains(part, StringComparison.Ordinal))
                return new(kind, what);
        }

        return new(failure, otherwise);
    }
}
