using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// The right to call the token endpoint for a token key. One replica at a time owns the lease. The lease only saves token calls. Two owners
/// at the same time make one more call, and cause no error.
/// </summary>
internal interface ITokenLease
{
    /// <summary>
    /// The time after which a lease expires if its owner does not release it, for instance because the owner's process was killed. The
    /// time is longer than the timeout of a token call.
    /// </summary>
    static readonly TimeSpan Duration = TokenEndpointClient.Timeout + TimeSpan.FromSeconds(5);

    /// <summary>Makes one attempt, without waiting for another owner.</summary>
    ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken);
}
