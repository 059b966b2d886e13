using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens.Refresh;
using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>
/// Stores which credentials are in use, and which new ones are pending. Any thread can offer new credentials. Only the refresh loop puts
/// them into use.
/// </summary>
internal sealed class Rotation(TokenKey key, TokenSlot slot, TimeProvider time)
{
    /// <summary>
    /// A token of another replica proves that the provider accepts the new credentials only if the token was issued within this time, and
    /// after this replica's last rotation. The kubelet updates the files of a fleet within about two minutes. An older token may have been
    /// issued before the provider disabled credentials that an operator has now restored in the files.
    /// </summary>
    private static readonly TimeSpan OldestProof = TimeSpan.FromMinutes(5);

    private volatile TokenKey inUse = key;
    private RefreshRequest? pending;
    private TimeSpan? rotatedAt;

    public TokenKey InUse => inUse;

    public CredentialSet CredentialsInUse => inUse.Credentials;

    /// <summary>
    /// When the pending credentials are tried next, in <see cref="MonotonicTime"/>. <see cref="TimeSpan.MaxValue"/> without
    /// pending credentials.
    /// </summary>
    public TimeSpan DueAt => Volatile.Read(ref pending)?.Before.DueAt ?? TimeSpan.MaxValue;

    /// <summary>
    /// How the last attempt with the pending credentials ended. Null before the first attempt, and without pending credentials.
    /// </summary>
    public RefreshStatus? PendingStatus => Volatile.Read(ref pending)?.Before is { Failure: not null } status ? status : null;

    /// <summary>Stores new credentials as pending. They replace earlier pending ones.</summary>
    public void Offer(TokenKey offered) =>
        Volatile.Write(ref pending, new(offered, RefreshTrigger.Rotation, IssuedAfter: TimeSpan.MinValue, RefreshStatus.Initial));

    /// <summary>Begins an attempt with the pending credentials. Only the refresh loop calls this, after <see cref="DueAt"/>.</summary>
    /// <returns>The request, to be passed to <see cref="Complete"/> or <see cref="Postpone"/>.</returns>
    public RefreshRequest BeginAttempt()
    {
        while (true)
        {
            // Other threads only replace pending credentials. The loop alone removes them, so they are still there.
            var offered = Volatile.Read(ref pending) ?? throw new InvalidOperationException("No credentials are pending.");
            var attempt = offered with { IssuedAfter = Max(time.GetMonotonicNow() - OldestProof, rotatedAt ?? TimeSpan.MinValue) };
            if (ReferenceEquals(Interlocked.CompareExchange(ref pending, attempt, offered), offered))
                return attempt;
        }
    }

    /// <summary>
    /// Ends the rotation to pending credentials whose username and password are already in use, because the token endpoint cannot check
    /// anything else. Either the files contain the old set again, or only the API key differs.
    /// </summary>
    /// <returns>Whether another API key is in use from now on.</returns>
    public bool TryRotateApiKeyAlone()
    {
        // Keys are equal if environment, token endpoint, username, password and scope are equal. Credentials include the API key.
        if (Volatile.Read(ref pending) is not { } offered || offered.Key != inUse)
            return false;

        Interlocked.CompareExchange(ref pending, null, offered);
        if (offered.Key.Credentials == inUse.Credentials)
            return false;

        inUse = offered.Key;
        slot.ChangeCredentials(inUse.Credentials);
        return true;
    }

    /// <summary>Puts credentials that have obtained a token into use. Credentials that were offered meanwhile stay pending.</summary>
    public void Complete(RefreshRequest attempt)
    {
        (inUse, rotatedAt) = (attempt.Key, time.GetMonotonicNow());
        Interlocked.CompareExchange(ref pending, null, attempt);
    }

    /// <summary>Keeps credentials that have obtained no token pending, unless others were offered meanwhile.</summary>
    public void Postpone(RefreshRequest attempt, RefreshStatus after) =>
        Interlocked.CompareExchange(ref pending, attempt with { Before = after }, attempt);

    /// <summary>
    /// Makes pending credentials due at once. If the credentials in use are refused, the provider may accept the pending ones now.
    /// </summary>
    public void MakeDueNow()
    {
        if (Volatile.Read(ref pending) is { } offered)
            Postpone(offered, offered.Before with { DueAt = time.GetMonotonicNow() });
    }
}
