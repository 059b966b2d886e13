using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Calls the token endpoint and publishes the token to the slot.</summary>
internal sealed class TokenFetcher(TokenSlot slot, ITokenEndpoint endpoint, TokenMetrics metrics, TimeProvider time)
{
    /// <summary>How many times the call is repeated, at intervals of 1 s, if the endpoint returns a token that has just expired.</summary>
    private const int MaxRepeats = 3;

    private const string SameToken = "the token endpoint returned the current token again; ask the provider to revoke it";

    /// <returns>The result as soon as the slot has the token, or a failure.</returns>
    public async Task<RefreshResult> FetchAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        for (var repeats = 0; ; repeats++)
        {
            // The lifetime counts from before the call, so it is never overestimated, even if the response is slow.
            var calledAt = time.GetMonotonicNow();
            var wallOffset = time.GetWallOffset(calledAt);
            var issued = await CallAsync(request.Key.Credentials, calledAt, cancellationToken);
            if (!issued.IsSuccess)
                return RefreshResult.Failed(issued.Failure);

            var (lifetime, newest) = (issued.Lifetime.Value, slot.Newest);
            var token = new AccessToken(issued.Value, lifetime, calledAt + lifetime, request.Key.Credentials, wallOffset);
            if (token.IsValidAt(time.GetMonotonicNow()))
                return Publish(request, token);

            // Some providers return the same token until it expires. A new one can be obtained once the old one has expired at the
            // provider.
            if (newest is null || !token.HasSameHeaders(newest) || slot.IsRejectedOrWithdrawn(token))
                return Invalid("the token endpoint returned a token that has already expired");

            if (request.Trigger == RefreshTrigger.Operator)
                return Invalid(SameToken);

            if (newest.IsValidAt(time.GetMonotonicNow()) && slot.EarlyRefreshTrigger is null)
                return RefreshResult.Unchanged(newest, lifetime: TimeSpan.Zero);

            if (repeats == MaxRepeats || request.Before.Failures > 0)
                return Invalid("the token endpoint still returns the previous token, which has expired");

            await Task.Delay(RefreshSchedule.Floor, time, cancellationToken);
        }
    }

    private RefreshResult Publish(RefreshRequest request, AccessToken token)
    {
        var revoked = request.Trigger == RefreshTrigger.Operator ? slot.Newest : null;
        if (revoked is not null)
        {
            if (revoked.Identity == token.Identity)
                return Invalid(SameToken);

            // The new token replaces the current one even if the new one expires earlier.
            slot.Withdraw(revoked);
        }

        if (slot.TryPublish(token, request.CanSettle ? time.GetMonotonicNow() + token.SettlingTime : null))
            return RefreshResult.Fetched(token, revoked);

        // The current token expires later and stays in use. The next refresh is scheduled by the shorter lifetime of the new one.
        return slot.IsRejectedOrWithdrawn(token) || slot.Current is not { } current
            ? Invalid("the token endpoint returned the rejected token again")
            : RefreshResult.Unchanged(current, token.Lifetime);
    }

    private async Task<TokenEndpointResult> CallAsync(CredentialSet credentials, TimeSpan calledAt, CancellationToken cancellationToken)
    {
        using var activity = TokenSpans.StartTokenCall();
        var result = await endpoint.RequestTokenAsync(credentials, cancellationToken);
        activity.SetOutcome(result.Failure?.Outcome ?? RefreshOutcome.Success);
        metrics.TokenEndpointCalled(result.Failure, time.GetMonotonicNow() - calledAt);
        return result;
    }

    private static RefreshResult Invalid(string reason) => RefreshResult.Failed(new(FailureKind.InvalidResponse, reason));
}
