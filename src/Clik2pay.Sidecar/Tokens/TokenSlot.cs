namespace Clik2pay.Sidecar.Tokens;

/// <summary>The one place in the process where the access token lies. Requests read it without a lock and without I/O.</summary>
internal sealed class TokenSlot(TimeProvider time)
{
    private AccessToken? held;
    private string? lastRejected;

    /// <summary>The token to send now; null when there is none, or when it has expired: an expired token is never sent.</summary>
    public AccessToken? Current
    {
        get
        {
            var token = Volatile.Read(ref held);
            return token is not null && token.IsValidAt(time.GetMonotonicNow()) ? token : null;
        }
    }

    /// <summary>
    /// Takes the token, unless it is the one that upstream rejected or the held one of the same credentials lives longer: older never
    /// replaces newer.
    /// </summary>
    public bool TryPublish(AccessToken token)
    {
        while (true)
        {
            var before = Volatile.Read(ref held);
            if (IsRejected(token.Value) || (before?.ExpiresAt > token.ExpiresAt && before.Credentials == token.Credentials))
                return false;

            if (Interlocked.CompareExchange(ref held, token, before) == before)
                return true;
        }
    }

    /// <summary>
    /// Drops the token that upstream answered with 401. Of any number of such answers to one token only the first drops it, and none
    /// drops its successor.
    /// </summary>
    /// <returns>Whether this call dropped it.</returns>
    public bool TryReject(AccessToken token)
    {
        if (Volatile.Read(ref held) != token)
            return false;

        // Before it is dropped: a refresh that is just reading the shared store must not put it back.
        Volatile.Write(ref lastRejected, token.Value);
        return Interlocked.CompareExchange(ref held, null, token) == token;
    }

    /// <summary>Whether upstream has rejected this very token: then it is not taken from the shared store again.</summary>
    public bool IsRejected(string value) => string.Equals(Volatile.Read(ref lastRejected), value, StringComparison.Ordinal);
}
