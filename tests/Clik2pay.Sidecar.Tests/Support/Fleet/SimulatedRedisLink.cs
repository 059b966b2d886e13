using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>One replica's connection to the simulated Redis, with its own clock and its own faults.</summary>
internal sealed class SimulatedRedisLink(SimulatedRedis redis, TimeProvider clock) : ITokenStore, ITokenLease
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private AccessToken? lastFound;

    /// <summary>Packets of this replica are dropped.</summary>
    public bool IsCut { get; set; }

    /// <summary>Commands take effect, but their replies are lost.</summary>
    public bool LosesReplies { get; set; }

    public bool CanLoseTokens => true;

    public StoreStatus Status { get; } = new("simulated");

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var askedAt = clock.GetMonotonicNow();
        var wallOffset = clock.GetWallOffset(askedAt);
        var (hasResponded, found) = await OperateAsync(
            () => (redis.Value, redis.Lifetime, Left: redis.ExpiresAt - redis.Now, Rejected: redis.Rejected.ToArray()), cancellationToken);
        lastFound = null;
        if (!hasResponded)
            return StoreReading.Unavailable;

        var fingerprints = found.Rejected.Select(value => key.FingerprintOf(new(value)));
        var nothing = StoreReading.Empty with { Rejected = [.. fingerprints] };
        if (found is not { Value: { } value, Left: var left } || left <= TimeSpan.Zero)
            return nothing;

        // The real store also deletes a token with an impossible expiry and a token that was rejected.
        if (left > found.Lifetime + TimeSpan.FromSeconds(1) || found.Rejected.Contains(value))
        {
            await OperateAsync(() => redis.Delete(value), cancellationToken);
            return nothing;
        }

        lastFound = new(value, found.Lifetime, askedAt + MonotonicTime.Min(left, found.Lifetime), key.Credentials, wallOffset);
        return nothing with { Token = lastFound };
    }

    public async ValueTask<bool> RejectAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken) =>
        (await OperateAsync(() => redis.Reject(token.Value), cancellationToken)).Reply;

    public async ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        var expiresAt = redis.Now + (token.ExpiresAt - clock.GetMonotonicNow());
        var overwritten = token.Identity == lastFound?.Identity ? token.Value : null;
        return (await OperateAsync(() => redis.Write(token.Value, token.Lifetime, expiresAt, overwritten), cancellationToken)).Reply;
    }

    public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var owner = new object();
        var (hasResponded, attempt) = await OperateAsync(
            () => (Outcome: redis.Acquire(owner, out var remaining, out var failure), remaining, failure), cancellationToken);
        if (!hasResponded)
            return LeaseAttempt.Unavailable;

        return attempt.Outcome switch
        {
            LeaseOutcome.Acquired => LeaseAttempt.Acquired(async failure =>
            {
                var (_, isReleased) = await OperateAsync(() => redis.Release(owner, failure), CancellationToken.None);
                return isReleased && failure is not null ? LeaseRelease.NoteShared : LeaseRelease.Released;
            }),
            LeaseOutcome.HeldOff => LeaseAttempt.HeldOff(attempt.failure!),
            _ => LeaseAttempt.Contended(attempt.remaining),
        };
    }

    private async ValueTask<(bool HasResponded, T? Reply)> OperateAsync<T>(Func<T> command, CancellationToken cancellationToken)
    {
        redis.Commands++;
        if (redis.Latency > TimeSpan.Zero)
            await Task.Delay(redis.Latency / 2, clock, cancellationToken);

        if (IsCut || redis.IsDown)
        {
            await Task.Delay(Deadline, clock, cancellationToken);
            return (false, default);
        }

        var reply = command();
        if (LosesReplies)
        {
            await Task.Delay(Deadline, clock, cancellationToken);
            return (false, default);
        }

        if (redis.Latency > TimeSpan.Zero)
            await Task.Delay(redis.Latency / 2, clock, cancellationToken);
        return (true, reply);
    }
}
