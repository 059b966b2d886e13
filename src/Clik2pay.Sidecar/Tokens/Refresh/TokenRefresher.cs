using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>One refresh: from the shared store if another replica was faster, else from the token endpoint under the lease.</summary>
internal sealed class TokenRefresher(
    TokenSlot slot,
    TokenSharing sharing,
    ITokenLease lease,
    ITokenEndpoint endpoint,
    TokenMetrics metrics,
    TimeProvider time,
    Random random)
{
    /// <summary>The first and the longest pause between two looks at the store while another replica holds the lease.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Replicas that find the store away look once more at different moments of this time, before each of them fetches for itself.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    /// <summary>How often the token endpoint is called again, at intervals of 1 s, if it returns a token that has just expired.</summary>
    private const int MaxRepeats = 3;

    private const string SameToken = "the token endpoint returned the current token again; ask the provider to revoke it";

    private TimeSpan? contendedAt;
    private volatile LeaseRecord? lastLease;

    /// <summary>The last attempt to acquire the lease; null when there was none.</summary>
    public LeaseRecord? LastLease => lastLease;

    /// <param name="request">The parameters of the refresh.</param>
    /// <param name="onToken">
    /// Called when the slot has the token. The token is shared after that, so that no request waits for the store.
    /// </param>
    /// <param name="cancellationToken">Ends the refresh. The lease is released nevertheless.</param>
    public async Task<RefreshResult> RefreshAsync(
        RefreshRequest request, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        // 1. Nobody waits longer for others than two of them, one after the other, can hold the lease without any result.
        var (waitUntil, hasLookedAgain) = (time.GetMonotonicNow() + (2 * ITokenLease.Duration), false);
        contendedAt = null;
        for (var pause = FirstPause; ; pause = Min(pause * 1.5, LongestPause))
        {
            // 2. A token that another replica has fetched meanwhile costs nothing.
            var look = await AdoptAsync(request, cancellationToken);
            if (look.Token is { } found)
                return RefreshResult.Adopted(found);

            // 3. One replica at a time calls the token endpoint.
            await using var attempt = await TryAcquireAsync(request.Key, look, cancellationToken);

            // 4. Another replica's attempt has failed a moment ago: that was everybody's attempt.
            if (attempt.Outcome == LeaseOutcome.HeldOff)
                return RefreshResult.Failed(attempt.Failure! with { Reason = $"another replica has tried: {attempt.Failure.Reason}" });

            // 5. The others poll again, at random moments so as not to march in step, and when the lease runs out.
            if (attempt.Outcome == LeaseOutcome.Contended && time.GetMonotonicNow() < waitUntil)
            {
                await Task.Delay(Min(Jittered(pause), attempt.Remaining + Jittered(FirstPause)), time, cancellationToken);
                continue;
            }

            if (attempt.Outcome == LeaseOutcome.Acquired)
            {
                // 6. Between the poll and the lease the previous owner may have written its token.
                if ((await AdoptAsync(request, cancellationToken)).Token is { } written)
                {
                    var adopted = RefreshResult.Adopted(written);
                    onToken(adopted);
                    return adopted;
                }
            }
            else
            {
                // 7. Without store or lease, or after the longest wait, each replica fetches for itself. It fetches late, because an outage
                //    of the store may be short. It polls twice before that, because the first poll may be too slow on a busy machine.
                if (CanWait(request))
                    return RefreshResult.Deferred;

                if (!hasLookedAgain)
                {
                    hasLookedAgain = true;
                    await Task.Delay(Spread * random.NextDouble(), time, cancellationToken);
                    continue;
                }
            }

            // 8. Only now the one call that the whole fleet makes in a token's lifetime. The token is shared before the lease is released.
            var result = await FetchAsync(request, onToken, cancellationToken);
            if (result.Failure is not { } failure)
                return result;

            // 9. A failure is shared too, so that it costs the whole fleet one call and not each replica one.
            var note = failure with { RetryAfter = RefreshSchedule.SharedPause(failure, request.Before.Failures) };
            return await attempt.ReleaseAsync(note) ? RefreshResult.Failed(note) : result;
        }
    }

    private async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, LookResult look, CancellationToken cancellationToken)
    {
        // Store and lease are in one place.
        if (look.Outcome == LookOutcome.Unavailable)
            return LeaseAttempt.Unavailable;

        using var activity = TokenSpans.StartLeaseAttempt();
        var attempt = await lease.TryAcquireAsync(key, cancellationToken);
        activity.SetOutcome(attempt.Outcome);
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

    /// <summary>Whether the current token serves for long enough to wait for a store that is away.</summary>
    private bool CanWait(RefreshRequest request) =>
        request.Trigger == RefreshTrigger.Scheduled
        && slot.Current is not null
        && slot.EarlyRefreshTrigger is null
        && time.GetMonotonicNow() < request.Before.AloneAt;

    private async ValueTask<LookResult> AdoptAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        var look = await sharing.AdoptAsync(request, cancellationToken);
        if (look.Outcome is LookOutcome.Adopted or LookOutcome.Unavailable)
            EndWait();
        return look;
    }

    private async Task<RefreshResult> FetchAsync(RefreshRequest request, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            // The lifetime counts from before the call, so it is never overestimated, even if the response is slow.
            var askedAt = time.GetMonotonicNow();
            var wallOffset = time.GetWallOffset(askedAt);
            var answer = await CallAsync(request.Key.Credentials, askedAt, cancellationToken);
            if (!answer.IsSuccess)
                return RefreshResult.Failed(answer.Failure);

            var (issued, before) = (answer.Token, slot.Newest);
            var token = new AccessToken(issued.Value, issued.Lifetime, askedAt + issued.Lifetime, request.Key.Credentials, wallOffset);
            if (token.IsValidAt(time.GetMonotonicNow()))
                return await PublishAsync(request, token, onToken, cancellationToken);

            // Some providers return the same token until it expires. A new one can be obtained once the old one has expired there.
            if (before is null || !token.IsSentAs(before) || slot.IsRejected(token))
                return Invalid("the token endpoint returned a token that has already expired");

            if (request.Trigger == RefreshTrigger.Operator)
                return Invalid(SameToken);

            if (before.IsValidAt(time.GetMonotonicNow()) && slot.EarlyRefreshTrigger is null)
                return RefreshResult.Fetched(new(before.Value, TimeSpan.Zero, before.ExpiresAt, before.Credentials));

            if (repeats == MaxRepeats || request.Before.Failures > 0)
                return Invalid("the token endpoint still returns the previous token, which has expired");

            await Task.Delay(RefreshSchedule.Floor, time, cancellationToken);
        }
    }

    private async Task<RefreshResult> PublishAsync(
        RefreshRequest request, AccessToken token, Action<RefreshResult> onToken, CancellationToken cancellationToken)
    {
        var replaced = slot.Newest;
        if (request.Trigger == RefreshTrigger.Operator && replaced is not null)
        {
            if (replaced.HasSameValue(token))
                return Invalid(SameToken);

            // The new token replaces the current one even if the new one expires earlier.
            slot.Withdraw(replaced);
        }

        if (!slot.TryPublish(token, request.CanSettle ? time.GetMonotonicNow() + token.SettlingTime : null))
        {
            // The current token expires later and stays. The next refresh is scheduled as if it had the new one's short lifetime.
            return slot.IsRejected(token) || slot.Current is not { } current
                ? Invalid("the token endpoint returned the rejected token again")
                : RefreshResult.Fetched(new(current.Value, token.Lifetime, current.ExpiresAt, current.Credentials));
        }

        var result = RefreshResult.Fetched(token);
        onToken(result);

        await sharing.ShareAsync(request, token, replaced, cancellationToken);
        return result;
    }

    private static RefreshResult Invalid(string reason) => RefreshResult.Failed(new(RefreshOutcome.InvalidResponse, reason));

    private async Task<TokenAnswer> CallAsync(CredentialSet credentials, TimeSpan askedAt, CancellationToken cancellationToken)
    {
        EndWait();
        using var activity = TokenSpans.StartTokenCall();
        var answer = await endpoint.RequestTokenAsync(credentials, cancellationToken);
        var outcome = answer.Failure?.Outcome ?? RefreshOutcome.Success;
        activity.SetOutcome(outcome);
        metrics.TokenEndpointCalled(outcome, time.GetMonotonicNow() - askedAt);
        return answer;
    }

    private TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + (0.5 * random.NextDouble()));
}
