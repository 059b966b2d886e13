using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>
/// The right to call the token endpoint for a key, held by one replica at a time. It saves token calls and nothing else: two holders at once
/// cost one call more and do no harm.
/// </summary>
internal interface ITokenLease
{
    /// <summary>How long a lease lives when its holder does not give it back: longer than a token call can take.</summary>
    static readonly TimeSpan Duration = TokenEndpointClient.Timeout + TimeSpan.FromSeconds(5);

    /// <summary>Asks once, without waiting.</summary>
    ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken);
}
