using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>The provider's Auth API, which issues access tokens for client credentials (RFC 6749, section 4.4).</summary>
internal interface ITokenEndpoint
{
    /// <summary>Makes one token call.</summary>
    /// <returns>A token or a failure. Only cancellation throws an exception.</returns>
    Task<TokenEndpointResult> RequestTokenAsync(CredentialSet credentials, CancellationToken cancellationToken);
}
