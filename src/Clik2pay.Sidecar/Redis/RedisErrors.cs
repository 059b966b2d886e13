namespace Clik2pay.Sidecar.Redis;

/// <summary>What the errors mean that Redis answers with. The first word is the kind; of the rest only what is known is told on.</summary>
internal static class RedisErrors
{
    public static RedisException Explain(RespReply error, bool isAuthentication = false)
    {
        var text = error.Text;
        var kind = text.Split(' ', 2)[0];
        return kind switch
        {
            "NOAUTH" => new(RedisFailure.AccessDenied, "wants a password"),
            "WRONGPASS" => new(RedisFailure.AccessDenied, "refuses the user or the password"),
            "NOPERM" => new(RedisFailure.AccessDenied, "does not allow the user what the sidecar needs: EVAL, and on its keys GET, SET, DEL, STRLEN, PTTL, PEXPIRE, and TIME"),
            "READONLY" => new(RedisFailure.NotReady, "is a replica"),
            "LOADING" => new(RedisFailure.NotReady, "is loading its data"),
            "OOM" => new(RedisFailure.NotReady, "is out of memory"),
            "BUSY" => new(RedisFailure.NotReady, "is busy with a script"),
            "MISCONF" => new(RedisFailure.NotReady, "cannot save to disk and accepts no writes"),
            "NOREPLICAS" => new(RedisFailure.NotReady, "has too few replicas and accepts no writes"),
            "CLUSTERDOWN" or "MASTERDOWN" or "TRYAGAIN" => new(RedisFailure.NotReady, $"cannot serve the key now ({kind})"),
            _ when isAuthentication => new(RedisFailure.AccessDenied, "refuses AUTH; has it a password at all, and does it know users?"),
            _ when text.Contains("max number of clients", StringComparison.Ordinal) => new(RedisFailure.NotReady, "has its maximum of clients"),
            _ => new(RedisFailure.InvalidReply, "answered with an error; does it allow EVAL, and has it the database?"),
        };
    }
}
