namespace Clik2pay.Sidecar.Tokens;

/// <summary>One refresh: from the shared store if another replica was faster, else from the token endpoint under the lease.</summary>
internal sealed class TokenRefresher(
    TokenSlot slot,
    ITokenStore store,
    ITokenLease lease,
    ITokenEndpoint endpoint,
    TokenKey key,
    TimeProvider time,
    Random random)
{
    /// <summary>The longest pause between two looks at the store while another replica holds the lease.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    public async Task<RefreshResult> RefreshAsync(CancellationToken cancellationToken)
    {
        // 1. Nobody waits longer for another replica's token than that replica can hold the lease.
        var waitUntil = time.GetMonotonicNow() + lease.Duration;
        while (true)
        {
            // 2. A token that another replica has fetched meanwhile costs nothing.
            if (await AdoptAsync(cancellationToken) is { } found)
                return RefreshResult.Adopted(found);

            // 3. One replica at a time asks the token endpoint. The others look again, at random moments so as not to march in step.
            await using var attempt = await lease.TryAcquireAsync(key, cancellationToken);
            if (attempt.Outcome == LeaseOutcome.Contended && time.GetMonotonicNow() < waitUntil)
            {
                await Task.Delay(LongestPause * (0.25 + (0.75 * random.NextDouble())), time, cancellationToken);
                continue;
            }

            // 4. Between the look and the lease the previous holder may have written its token.
            if (await AdoptAsync(cancellationToken) is { } written)
                return RefreshResult.Adopted(written);

            // 5. Only now the one call that the whole fleet makes in a token's life. The token is shared before the lease goes back.
            return await FetchAsync(cancellationToken);
        }
    }

    private async Task<AccessToken?> AdoptAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(key, cancellationToken) is not { } stored)
            return null;

        var token = new AccessToken(stored.Value, stored.Lifetime, time.GetMonotonicNow() + stored.Remaining);
        var isOwn = slot.Current is { } current && string.Equals(current.Value, token.Value, StringComparison.Ordinal);
        return !isOwn && slot.TryPublish(token) ? token : null;
    }

    private async Task<RefreshResult> FetchAsync(CancellationToken cancellationToken)
    {
        // The life is counted from before the call: however long the answer took, the token is never believed to live longer than it does.
        var askedAt = time.GetMonotonicNow();
        var answer = await endpoint.RequestTokenAsync(cancellationToken);
        if (!answer.IsSuccess)
            return RefreshResult.Failed(answer.Failure);

        var token = new AccessToken(answer.Token.Value, answer.Token.Lifetime, askedAt + answer.Token.Lifetime);
        if (!token.IsValidAt(time.GetMonotonicNow()))
            return RefreshResult.Failed(new(RefreshOutcome.InvalidResponse, "the token endpoint took longer to answer than its token lives"));

        if (!slot.TryPublish(token))
        {
            // The held token lives longer, and is replaced as late as a token with the new one's short life allows.
            return slot.IsRejected(token.Value) || slot.Current is not { } held
                ? RefreshResult.Failed(new(RefreshOutcome.InvalidResponse, "the token endpoint gave once more the token that upstream has rejected"))
                : RefreshResult.Fetched(new(held.Value, token.Lifetime, held.ExpiresAt));
        }

        await store.WriteAsync(key, new StoredToken(token.Value, token.Lifetime, token.ExpiresAt - time.GetMonotonicNow()), cancellationToken);
        return RefreshResult.Fetched(token);
    }
}
