using Clik2pay.Sidecar.Provider;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Which credentials are in use, and which others are offered in their place. Anybody may offer; the refresh loop alone decides what becomes of it.</summary>
internal sealed class Rotation(TokenKey key, TokenSlot slot, TimeProvider time)
{
    /// <summary>
    /// That another replica has had a token with other credentials within this time, and since the last rotation, is proof that they are accepted: kubelet
    /// renews the files of a fleet within two minutes or so. An older token may be of a time before these credentials were disabled, and are now put back.
    /// </summary>
    private static readonly TimeSpan OldestProof = TimeSpan.FromMinutes(5);

    private volatile TokenKey inUse = key;
    private Candidate? candidate;
    private TimeSpan? rotatedAt;

    public TokenKey InUse => inUse;

    public CredentialSet CredentialsInUse => inUse.Credentials;

    /// <summary>What is offered; null when nothing is.</summary>
    public Candidate? Candidate => Volatile.Read(ref candidate);

    /// <summary>When the candidate is to be tried; never without one.</summary>
    public TimeSpan DueAt => Candidate?.Status.DueAt ?? TimeSpan.MaxValue;

    /// <summary>An offer takes the place of the one before it.</summary>
    public void Offer(TokenKey other) => Volatile.Write(ref candidate, new(other, RefreshStatus.Initial));

    /// <summary>Only a token in the shared store that was issued after this moment proves that these credentials are accepted.</summary>
    public TimeSpan GetProofStart(TokenKey other) =>
        other == inUse ? TimeSpan.MinValue
        : Max(time.GetMonotonicNow() - OldestProof, rotatedAt ?? TimeSpan.MinValue);

    /// <summary>Settles an offer whose username and password are those in use, for of that there is nothing to try: it was taken back, or the API key alone is another.</summary>
    /// <returns>Whether another API key is in use from now on.</returns>
    public bool TryTakeKeyAlone()
    {
        if (Candidate is not { } offered || offered.Key != inUse)
            return false;

        Interlocked.CompareExchange(ref candidate, null, offered);
        if (offered.Key.Credentials == inUse.Credentials)
            return false;

        inUse = offered.Key;
        slot.ChangeCredentials(inUse.Credentials);
        return true;
    }

    /// <summary>It has brought a token, and is in use from now on. Another offer that came meanwhile stays.</summary>
    public void Take(Candidate tried)
    {
        (inUse, rotatedAt) = (tried.Key, time.GetMonotonicNow());
        Interlocked.CompareExchange(ref candidate, null, tried);
    }

    /// <summary>It has brought none. Another offer that came meanwhile stays as it is.</summary>
    public void PutOff(Candidate tried, RefreshStatus status) => Interlocked.CompareExchange(ref candidate, tried with { Status = status }, tried);

    /// <summary>Those in use are refused by now: what was refused before may be what the provider has changed to.</summary>
    public void Hasten()
    {
        if (Candidate is { } offered)
            PutOff(offered, offered.Status with { DueAt = time.GetMonotonicNow() });
    }
}
