using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>One replica's way to the simulated Redis, with a clock of its own and faults of its own.</summary>
internal sealed class SimulatedRedisLink(SimulatedRedis redis, TimeProvider clock) : ITokenStore, ITokenLease
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>Packets of this replica are dropped.</summary>
    public bool IsCut { get; set; }

    /// <summary>Commands take effect and their replies are lost.</summary>
    public bool LosesReplies { get; set; }

    public bool CanForget => true;

    public StoreStatus Status { get; } = new("simulated");

    public async ValueTask<StoreReading> ReadAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var askedAt = clock.GetMonotonicNow();
        var (isAnswered, found) = await VisitAsync(() => (redis.Value, redis.Lifetime, Left: redis.ExpiresAt - redis.Now), cancellationToken);
        if (!isAnswered)
            return StoreReading.Unavailable;

        return found is { Value: { } value, Left: var left } && left > TimeSpan.Zero ? StoreReading.Found(new(value, found.Lifetime, askedAt + left, key.Credentials)) : StoreReading.Empty;
    }

    public async ValueTask<bool> WriteAsync(TokenKey key, AccessToken token, CancellationToken cancellationToken)
    {
        var expiresAt = redis.Now + (token.ExpiresAt - clock.GetMonotonicNow());
        return (await VisitAsync(() => redis.Write(token.Value, token.Lifetime, expiresAt), cancellationToken)).Reply;
    }

    public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var owner = new object();
        var (isAnswered, attempt) = await VisitAsync(() => (Outcome: redis.Acquire(owner, out var remaining, out var failure), remaining, failure), cancellationToken);
        if (!isAnswered)
            return LeaseAttempt.Unavailable;

        return attempt.Outcome switch
        {
            LeaseOutcome.Acquired => LeaseAttempt.Acquired(async failure =>
            {
                var (_, isReleased) = await VisitAsync(() => redis.Release(owner, failure), CancellationToken.None);
                return isReleased && failure is not null;
            }),
            LeaseOutcome.HeldOff => LeaseAttempt.HeldOff(attempt.failure!),
            _ => LeaseAttempt.Contended(attempt.remaining),
        };
    }

    private async ValueTask<(bool IsAnswered, T? Reply)> VisitAsync<T>(Func<T> command, CancellationToken cancellationToken)
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
