using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// The part of Redis that a fleet uses, on simulated time: one token, one lease and one failure note, which expire by the server's clock.
/// Integration tests check that the real Redis behaves in the same way.
/// </summary>
internal sealed class SimulatedRedis(SimulatedTime time)
{
    private TimeSpan noteEndsAt;
    private TokenFailure? note;
    private object? leaseOwner;
    private TimeSpan leaseEndsAt;

    public bool IsDown { get; set; }

    /// <summary>The time from a command to its reply. The command takes effect after half of this time.</summary>
    public TimeSpan Latency { get; set; }

    public string? Value { get; private set; }

    public TimeSpan Lifetime { get; private set; }

    /// <summary>By the server's clock.</summary>
    public TimeSpan ExpiresAt { get; private set; }

    public int Commands { get; set; }

    public TimeSpan Now => time.GetMonotonicNow() + Step;

    /// <summary>How far the server's clock was set forward. Negative if the clock was set back.</summary>
    public TimeSpan Step { get; set; }

    public HashSet<string> Rejected { get; } = new(StringComparer.Ordinal);

    public void Flush()
    {
        (Value, ExpiresAt, leaseOwner, note) = (null, TimeSpan.Zero, null, null);
        Rejected.Clear();
    }

    /// <summary>Removes the token if it is still this one.</summary>
    public bool Delete(string value)
    {
        if (Value != value)
            return false;

        (Value, ExpiresAt) = (null, TimeSpan.Zero);
        return true;
    }

    public bool Reject(string value)
    {
        Rejected.Add(value);
        Delete(value);
        return true;
    }

    /// <param name="value">The token.</param>
    /// <param name="lifetime">Its lifetime.</param>
    /// <param name="expiresAt">By the server's clock.</param>
    /// <param name="overwritten">A token that is overwritten even if it expires later.</param>
    public bool Write(string value, TimeSpan lifetime, TimeSpan expiresAt, string? overwritten = null)
    {
        if (Rejected.Contains(value) || expiresAt <= Now || (expiresAt <= ExpiresAt && (Value is null || Value != overwritten)))
            return false;

        (Value, Lifetime, ExpiresAt) = (value, lifetime, expiresAt);
        return true;
    }

    public LeaseOutcome Acquire(object owner, out TimeSpan remaining, out TokenFailure? failure)
    {
        (remaining, failure) = (leaseEndsAt - Now, note);
        if (note is not null && noteEndsAt > Now)
        {
            failure = note with { Pause = noteEndsAt - Now };
            return LeaseOutcome.HeldOff;
        }

        if (leaseOwner is not null && leaseEndsAt > Now)
            return LeaseOutcome.Contended;

        (leaseOwner, leaseEndsAt) = (owner, Now + ITokenLease.Duration);
        return LeaseOutcome.Acquired;
    }

    public bool Release(object owner, TokenFailure? failure)
    {
        if (leaseOwner != owner || leaseEndsAt <= Now)
            return false;

        leaseOwner = null;
        if (failure is not null)
            (note, noteEndsAt) = (failure, Now + failure.Pause!.Value);
        return true;
    }
}
