using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>The only place in the process that stores the access token. Requests read it without locks or I/O.</summary>
/// <remarks>
/// A token that was published can be
/// <list type="bullet">
/// <item>settling: it is new, and its predecessor is sent until providers reliably accept the new one;</item>
/// <item>suspect: it may have expired according to the wall clock, but is sent if no successor arrives in time;</item>
/// <item>withdrawn: upstream rejected it at another replica, or an operator replaced it. It is sent until there is a successor;</item>
/// <item>rejected: upstream rejected it at this replica with 401. It is no longer sent;</item>
/// <item>replaced: a successor was published, and it is not adopted again;</item>
/// <item>expired: it is not sent.</item>
/// </list>
/// A token that is suspect or withdrawn is in doubt. A token that is withdrawn or rejected is not published again.
/// </remarks>
internal sealed class TokenSlot(TimeProvider time)
{
    private Content? content;
    private AccessToken? lastRejected;
    private TokenIdentity? lastReplaced;
    private TokenIdentity? withdrawn;

    /// <summary>The token to send now. Null if there is no valid token, because an expired token is never sent.</summary>
    public AccessToken? Current => GetCurrent(time.GetMonotonicNow());

    /// <summary>The token that was published last. It may be in use, still settling, or expired.</summary>
    public AccessToken? Newest => Volatile.Read(ref content)?.Newest;

    /// <summary>The last token that upstream rejected at this replica. Null before the first rejection.</summary>
    public AccessToken? LastRejected => Volatile.Read(ref lastRejected);

    /// <summary>Whether there is a current token that may have expired according to the wall clock.</summary>
    public bool HasSuspectToken
    {
        get
        {
            var now = time.GetMonotonicNow();
            return GetCurrent(now) is { } token && token.IsSuspectAt(time.GetWallOffset(now));
        }
    }

    /// <summary>Whether there is a current token that was withdrawn.</summary>
    public bool HasWithdrawnToken => Current is { } token && IsWithdrawn(token);

    /// <summary>Why the current token must be replaced before its refresh point. Null if the token can stay until then.</summary>
    public RefreshTrigger? EarlyRefreshTrigger =>
        HasWithdrawnToken ? RefreshTrigger.Unauthorized : HasSuspectToken ? RefreshTrigger.ClockChange : null;

    /// <summary>The token to send at a moment of <see cref="MonotonicTime"/>.</summary>
    public AccessToken? GetCurrent(TimeSpan now) => Volatile.Read(ref content)?.GetTokenAt(now);

    /// <summary>
    /// Stores the token, unless it is rejected or withdrawn, or unless the newest token is another one that has the same credentials,
    /// expires later and is not in doubt.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="usedFrom">
    /// The current token stays in use until this moment if it is valid and not in doubt. Null to use the new token at once.
    /// </param>
    public bool TryPublish(AccessToken token, TimeSpan? usedFrom = null)
    {
        while (true)
        {
            var (now, before) = (time.GetMonotonicNow(), Volatile.Read(ref content));
            var (newest, current, wallOffset) = (before?.Newest, before?.GetTokenAt(now), time.GetWallOffset(now));
            if (IsRejectedOrWithdrawn(token))
                return false;

            var isOlder = newest?.ExpiresAt > token.ExpiresAt && newest.Credentials == token.Credentials;
            if (isOlder && newest!.Identity != token.Identity && !IsInDoubt(newest, wallOffset))
                return false;

            var settles = usedFrom > now && current?.Credentials == token.Credentials
                && current.Identity != token.Identity && !IsInDoubt(current, wallOffset);
            var after = settles ? new Content(current!, token, usedFrom!.Value) : new Content(token, Next: null, NextFrom: default);
            if (!TryExchange(before, after))
                continue;

            if (newest is not null && newest.Identity != token.Identity)
                Volatile.Write(ref lastReplaced, newest.Identity);
            return true;
        }
    }

    /// <summary>Changes the API key that the tokens are sent with. The new set must have the same username and password.</summary>
    public void ChangeCredentials(CredentialSet credentials)
    {
        while (Volatile.Read(ref content) is { } before)
        {
            if (TryExchange(before, before with { Token = before.Token.With(credentials), Next = before.Next?.With(credentials) }))
                return;
        }
    }

    /// <summary>
    /// Drops a token that upstream rejected with 401. Of several 401 responses to one token, only the first drops the token, and none drops
    /// its successor.
    /// </summary>
    /// <returns>Whether this call dropped the token.</returns>
    public bool TryReject(AccessToken token)
    {
        while (Volatile.Read(ref content) is { } before)
        {
            var (isToken, isNext) = (before.Token.Identity == token.Identity, before.Next?.Identity == token.Identity);
            if (!isToken && !isNext)
                return false;

            // The rejection is recorded first, because a refresh that is reading the shared store now must not publish the token again.
            Volatile.Write(ref lastRejected, token);

            // A settling successor is used at once. The predecessor of a token that was used is not used again.
            var after = isToken && before.Next is { } next ? new Content(next, Next: null, NextFrom: default)
                : isNext && before.IsSettlingAt(time.GetMonotonicNow()) ? before with { Next = null }
                : null;
            if (TryExchange(before, after))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Marks a token as withdrawn, because upstream rejected it at another replica, or because an operator replaces it. The token stays in
    /// use until there is a successor, because upstream may still accept it. A settling successor is used at once.
    /// </summary>
    public void Withdraw(AccessToken token)
    {
        Volatile.Write(ref withdrawn, token.Identity);
        if (Volatile.Read(ref content) is { Next: { } next } before && before.Token.Identity == token.Identity)
            TryExchange(before, new(next, Next: null, NextFrom: default));
    }

    /// <summary>Whether the token is rejected or withdrawn. Such a token is not published again.</summary>
    public bool IsRejectedOrWithdrawn(AccessToken token) => token.Identity == LastRejected?.Identity || IsWithdrawn(token);

    /// <summary>
    /// Whether a newer token has replaced this one. A replaced token is not adopted again, even if the shared store reports a later expiry.
    /// </summary>
    public bool IsReplaced(AccessToken token) => Volatile.Read(ref lastReplaced) == token.Identity;

    /// <returns>False if another thread has changed the content since <paramref name="before"/> was read.</returns>
    private bool TryExchange(Content? before, Content? after) =>
        ReferenceEquals(Interlocked.CompareExchange(ref content, after, before), before);

    private bool IsWithdrawn(AccessToken token) => Volatile.Read(ref withdrawn) == token.Identity;

    private bool IsInDoubt(AccessToken token, TimeSpan wallOffset) => token.IsSuspectAt(wallOffset) || IsWithdrawn(token);

    /// <summary>A token, and its successor with the time from which the successor is used.</summary>
    private sealed record Content(AccessToken Token, AccessToken? Next, TimeSpan NextFrom)
    {
        public AccessToken Newest => Next ?? Token;

        public AccessToken? GetTokenAt(TimeSpan now)
        {
            var token = Next is null || IsSettlingAt(now) ? Token : Next;
            return token.IsValidAt(now) ? token : null;
        }

        /// <summary>Whether there is a successor that is not used yet.</summary>
        public bool IsSettlingAt(TimeSpan now) => Next is not null && now < NextFrom && Token.IsValidAt(now);
    }
}
