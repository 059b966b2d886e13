using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>
/// Runs one refresh at a time, in two parts. <see cref="RefreshAsync"/> returns when requests can use the token, or with a failure.
/// <see cref="CompleteAsync"/> then shares the token, so that no request waits for the shared store. The parts are steps 2 and 4 of the
/// refresh loop.
/// </summary>
internal sealed class TokenRefresher(
    TokenSlot slot,
    TokenSharing sharing,
    ITokenLease lease,
    TokenFetcher fetcher,
    RefreshHistory history,
    TokenMetrics metrics,
    TimeProvider time,
    Random random)
{
    /// <summary>The first and the longest pause between two polls while another replica owns the lease.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Replicas that find the store unavailable poll it once more before each of them fetches for itself. The replicas poll at different
    /// moments within this time.
    /// </summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(1);

    private TimeSpan? contendedAt;

    /// <summary>The lease, from its acquisition until <see cref="CompleteAsync"/>.</summary>
    private LeaseAttempt? ownLease;

    /// <summary>Adopts a shared token, or fetches one and publishes it to the slot.</summary>
    /// <param name="request">The parameters of the refresh.</param>
    /// <param name="cancellationToken">Ends the refresh. The lease is still released.</param>
    public async Task<RefreshResult> RefreshAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await AdoptOrFetchAsync(request, cancellationToken);
        }
        catch
        {
            await ReleaseLeaseAsync();
            throw;
        }
    }

    /// <summary>Writes a fetched token to the shared store, and then releases the lease.</summary>
    public async Task CompleteAsync(RefreshRequest request, RefreshResult result, CancellationToken cancellationToken)
    {
        try
        {
            if (result is { MustBeShared: true, Token: { } token })
                await sharing.ShareAsync(request.Key, token, result.Revoked, cancellationToken);
        }
        finally
        {
            await ReleaseLeaseAsync();
        }
    }

    private async Task<RefreshResult> AdoptOrFetchAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        // 2.1. Limit the wait for other replicas to the time in which two of them, one after the other, own the lease without a result.
        var (waitUntil, hasPolledAgain) = (time.GetMonotonicNow() + (2 * ITokenLease.Duration), false);
        contendedAt = null;
        for (var pause = FirstPause; ; pause = Min(pause * 1.5, LongestPause))
        {
            // 2.2. Adopt a token that another replica has fetched meanwhile.
            var (isStoreAvailable, adopted) = await AdoptAsync(request, cancellationToken);
            if (adopted is not null)
                return RefreshResult.Adopted(adopted);

            // 2.3. Acquire the lease, so that one replica at a time calls the token endpoint. If the store is unavailable, so is the lease.
            var attempt = isStoreAvailable ? await TryAcquireAsync(request.Key, cancellationToken) : LeaseAttempt.Unavailable;

            // 2.4. Another replica's call has just failed. The pause after its failure applies to the whole fleet.
            if (attempt.Outcome == LeaseOutcome.HeldOff)
                return RefreshResult.Failed(attempt.Failure! with { Reason = $"another replica has tried: {attempt.Failure.Reason}" });

            // 2.5. Another replica owns the lease. Poll again, at random moments to spread replicas out, and when the lease expires.
            if (attempt.Outcome == LeaseOutcome.Contended && time.GetMonotonicNow() < waitUntil)
            {
                await Task.Delay(Min(Jitter(pause), attempt.Remaining + Jitter(FirstPause)), time, cancellationToken);
                continue;
            }

            if (attempt.Outcome == LeaseOutcome.Acquired)
            {
                // 2.6. The previous owner may have written its token between the poll and the acquisition.
                if (await AdoptAsync(request, cancellationToken) is (_, { } written))
                    return RefreshResult.Adopted(written);
            }
            else
            {
                // 2.7. Without store or lease, or after the longest wait, each replica fetches for itself. A scheduled refresh is deferred
                //      for as long as possible, because an outage of the store may be short. The replica polls once more before it
                //      fetches, because a poll may be too slow on a busy machine.
                if (CanDefer(request))
                    return RefreshResult.Deferred;

                if (!hasPolledAgain)
                {
                    hasPolledAgain = true;
                    await Task.Delay(Spread * random.NextDouble(), time, cancellationToken);
                    continue;
                }
            }

            // 2.8. Call the token endpoint. In the whole fleet, this usually happens once per token.
            EndLeaseWait();
            var result = await fetcher.FetchAsync(request, cancellationToken);
            if (result.Failure is not { } failure)
                return result;

            // 2.9. Share a failure together with the release of the lease. A failure then costs the fleet one call, not one per replica.
            var note = failure with { Pause = RefreshSchedule.SharedPause(failure, request.Before.Failures) };
            var isShared = await attempt.ReleaseAsync(note);
            return isShared ? RefreshResult.Failed(note) : result;
        }
    }

    private async ValueTask<(bool IsStoreAvailable, AccessToken? Adopted)> AdoptAsync(
        RefreshRequest request, CancellationToken cancellationToken)
    {
        var reading = await sharing.ReadAsync(request.Key, cancellationToken);
        var adopted = sharing.TryAdopt(reading, request.IssuedAfter, request.CanSettle);
        if (adopted is not null || !reading.IsAvailable)
            EndLeaseWait();
        return (reading.IsAvailable, adopted);
    }

    private async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        using var activity = TokenSpans.StartLeaseAttempt();
        var attempt = ownLease = await lease.TryAcquireAsync(key, cancellationToken);
        activity.SetOutcome(attempt.Outcome);
        metrics.LeaseAttempted(attempt.Outcome);
        history.AddLeaseAttempt(time.GetUtcNow(), attempt.Outcome);
        if (attempt.Outcome == LeaseOutcome.Contended)
            contendedAt ??= time.GetMonotonicNow();
        else
            EndLeaseWait();
        return attempt;
    }

    private async ValueTask ReleaseLeaseAsync()
    {
        if (ownLease is not { } released)
            return;

        ownLease = null;
        await released.DisposeAsync();
        if (released.WasLost)
            metrics.LeaseAttempted(LeaseOutcome.Lost);
    }

    /// <summary>Measures the wait for another replica's lease, if there was one.</summary>
    private void EndLeaseWait()
    {
        if (contendedAt is { } since)
            metrics.LeaseWaited(time.GetMonotonicNow() - since);
        contendedAt = null;
    }

    /// <summary>Whether the current token is valid for long enough to wait for an unavailable store.</summary>
    private bool CanDefer(RefreshRequest request) =>
        request.Trigger == RefreshTrigger.Scheduled
        && slot.Current is not null
        && slot.EarlyRefreshTrigger is null
        && time.GetMonotonicNow() < request.Before.FetchAloneAt;

    private TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + (0.5 * random.NextDouble()));
}
