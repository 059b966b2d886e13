using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>The provider's Auth API, asked for an access token by the client credentials grant (RFC 6749, section 4.4).</summary>
internal interface ITokenEndpoint
{
    /// <summary>Makes one call. Whatever goes wrong is an answer, never an exception; only cancellation throws.</summary>
    Task<TokenAnswer> RequestTokenAsync(CredentialSet credentials, CancellationToken cancellationToken);
}
