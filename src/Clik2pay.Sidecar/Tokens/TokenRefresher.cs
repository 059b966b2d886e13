using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>One refresh: from the shared store if another replica was faster, else from the token endpoint under the lease.</summary>
internal sealed class TokenRefresher(
    TokenSlot slot,
    ITokenStore store,
    ITokenLease lease,
    ITokenEndpoint endpoint,
    SidecarMetrics metrics,
    TimeProvider time,
    Random random)
{
    /// <summary>The first and the longest pause between two looks at the store while another replica holds the lease.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Replicas that find the store away look once more at different moments of this time, before each of them fetches for itself.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    private TimeSpan? contendedAt;
    private volatile LeaseRecord? lastLease;

    /// <summary>The last attempt to acquire the lease; null when there was none.</summary>
    public LeaseRecord? LastLease => lastLease;

    /// <param name="key">Whose token, and under which key it is shared.</param>
    /// <param name="oldest">A token in the shared store that was issued so long ago, or longer, is not taken.</param>
    /// <param name="before">How the last refresh ended, and until when this one can wait for the store.</param>
    /// <param name="onToken">Called when the slot has the token, before that is shared and the lease given back: a request waits for no store.</param>
    /// <param name="cancellationToken">Ends the refresh; a lease that is held is given back all the same.</param>
    public async Task<RefreshResult> RefreshAsync(TokenKey key, TimeSpan oldest, RefreshStatus before, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        // 1. Nobody waits longer for others than two of them, one after the other, can hold the lease without any result.
        var (waitUntil, hasLookedAgain) = (time.GetMonotonicNow() + (2 * ITokenLease.Duration), false);
        contendedAt = null;
        for (var pause = FirstPause; ; pause = Min(pause * 1.5, LongestPause))
        {
            // 2. A token that another replica has fetched meanwhile costs nothing.
            var look = await AdoptAsync(key, oldest, cancellationToken);
            if (look.Token is { } found)
                return RefreshResult.Adopted(found);

            // 3. One replica at a time asks the token endpoint.
            await using var attempt = look.Outcome == LookOutcome.Unavailable ? LeaseAttempt.Unavailable : await TryAcquireAsync(key, cancellationToken);

            // 4. Another replica's attempt has failed a moment ago: that was everybody's attempt.
            if (attempt.Outcome == LeaseOutcome.HeldOff)
                return RefreshResult.Failed(attempt.Failure! with { Reason = $"another replica has tried: {attempt.Failure.Reason}" });

            // 5. The others look again, at random moments so as not to march in step, and when the lease runs out.
            if (attempt.Outcome == LeaseOutcome.Contended && time.GetMonotonicNow() < waitUntil)
            {
                await Task.Delay(Min(Jittered(pause), attempt.Remaining + Jittered(FirstPause)), time, cancellationToken);
                continue;
            }

            if (attempt.Outcome == LeaseOutcome.Acquired)
            {
                // 6. Between the look and the lease the previous holder may have written its token.
                if ((await AdoptAsync(key, oldest, cancellationToken)).Token is { } written)
                {
                    var adopted = RefreshResult.Adopted(written);
                    onToken(adopted);
                    return adopted;
                }
            }
            else
            {
                // 7. Without store or lease, or after waiting in vain, each replica fetches for itself. But late, because an outage of the store may
                //    be short; and never after one look alone: on a machine where a hundred processes start at once, the first may be too slow.
                if (slot.Current is not null && time.GetMonotonicNow() < before.AloneAt)
                    return RefreshResult.Deferred;

                if (!hasLookedAgain)
                {
                    hasLookedAgain = true;
                    await Task.Delay(Spread * random.NextDouble(), time, cancellationToken);
                    continue;
                }
            }

            // 8. Only now the one call that the whole fleet makes in a token's life. The token is shared before the lease goes back.
            var result = await FetchAsync(key, onToken, cancellationToken);
            if (result.Failure is not { } failure)
                return result;

            // 9. A failure is shared too, so that it costs the whole fleet one call and not each replica one.
            var note = failure with { RetryAfter = RefreshSchedule.SharedPause(failure, before.Failures) };
            return await attempt.ReleaseAsync(note) ? RefreshResult.Failed(note) : result;
        }
    }

    /// <summary>
    /// Looks after the shared token without refreshing it: takes one that lives longer than the held one, and writes the held one where the
    /// store has lost it.
    /// </summary>
    public async Task<LookResult> LookAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var look = await AdoptAsync(key, TimeSpan.MaxValue, cancellationToken);
        return look.Outcome == LookOutcome.Behind && slot.Current is { } held && await store.WriteAsync(key, held, cancellationToken)
            ? new(LookOutcome.WrittenBack)
            : look;
    }

    private async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        using var activity = SidecarActivities.StartLeaseAttempt();
        var attempt = await lease.TryAcquireAsync(key, cancellationToken);
        activity.End(attempt.Outcome);
        metrics.LeaseAttempted(attempt.Outcome);
        lastLease = new(time.GetUtcNow(), attempt.Outcome);
        if (attempt.Outcome == LeaseOutcome.Contended)
            contendedAt ??= time.GetMonotonicNow();
        else
            EndWait();
        return attempt;
    }

    /// <summary>For the other replica's token or lease, or in vain.</summary>
    private void EndWait()
    {
        if (contendedAt is { } since)
            metrics.LeaseWaited(time.GetMonotonicNow() - since);
        contendedAt = null;
    }

    private async ValueTask<LookResult> AdoptAsync(TokenKey key, TimeSpan oldest, CancellationToken cancellationToken)
    {
        var reading = await store.ReadAsync(key, cancellationToken);
        if (reading.Outcome == StoreOutcome.Unavailable)
        {
            EndWait();
            return new(LookOutcome.Unavailable);
        }

        if (reading.Token is not { } token || time.GetMonotonicNow() - (token.ExpiresAt - token.Lifetime) >= oldest)
            return new(LookOutcome.Behind);

        if (slot.Current?.IsSentAs(token) == true)
            return new(LookOutcome.InPlace);

        if (!token.IsValidAt(time.GetMonotonicNow()) || !slot.TryPublish(token))
            return new(LookOutcome.Behind);

        EndWait();
        return new(LookOutcome.Adopted, token);
    }

    private async Task<RefreshResult> FetchAsync(TokenKey key, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        // The life is counted from before the call: however long the answer took, the token is never believed to live longer than it does.
        var askedAt = time.GetMonotonicNow();
        var answer = await CallAsync(key.Credentials, askedAt, cancellationToken);
        if (!answer.IsSuccess)
            return RefreshResult.Failed(answer.Failure);

        var token = new AccessToken(answer.Token.Value, answer.Token.Lifetime, askedAt + answer.Token.Lifetime, key.Credentials);
        if (!token.IsValidAt(time.GetMonotonicNow()))
            return RefreshResult.Failed(new(RefreshOutcome.InvalidResponse, "the token endpoint took longer to answer than its token lives"));

        if (!slot.TryPublish(token))
        {
            // The held token lives longer, and is replaced as late as a token with the new one's short life allows.
            return slot.IsRejected(token.Value) || slot.Current is not { } held
                ? RefreshResult.Failed(new(RefreshOutcome.InvalidResponse, "the token endpoint gave once more the token that upstream has rejected"))
                : RefreshResult.Fetched(new(held.Value, token.Lifetime, held.ExpiresAt, held.Credentials));
        }

        var result = RefreshResult.Fetched(token);
        onToken(result);
        await store.WriteAsync(key, token, cancellationToken);
        return result;
    }

    private async Task<TokenAnswer> CallAsync(CredentialSet credentials, TimeSpan askedAt, CancellationToken cancellationToken)
    {
        EndWait();
        using var activity = SidecarActivities.StartTokenCall();
        var answer = await endpoint.RequestTokenAsync(credentials, cancellationToken);
        var outcome = answer.Failure?.Outcome ?? RefreshOutcome.Success;
        activity.End(outcome);
        metrics.TokenEndpointAnswered(outcome, time.GetMonotonicNow() - askedAt);
        return answer;
    }

    private TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + (0.5 * random.NextDouble()));
}
