using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// One credential set and everything that belongs to it. Each profile has its own token slot and its own connections to the provider, so
/// no request is sent with the credentials of another profile. Only profiles with the same login can adopt the same token.
/// </summary>
/// <param name="Index">The position in <see cref="Profiles.All"/>, from 0.</param>
/// <param name="Options">The addresses and settings.</param>
/// <param name="Connections">The connections to the provider.</param>
/// <param name="TokenEndpoint">The client of the token endpoint.</param>
/// <param name="Tokens">The access token, and everything that keeps it valid.</param>
internal sealed record Profile(
    int Index, Clik2payOptions Options, ProviderConnections Connections, ITokenEndpoint TokenEndpoint, TokenLifecycle Tokens)
{
    /// <summary>In lower case.</summary>
    public string Name => Options.Profile;

    /// <summary>Scheme, host and port of the API.</summary>
    public string ApiAddress { get; } = Options.ApiBaseUrl.GetLeftPart(UriPartial.Authority);

    public bool Equals(Profile? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Index;

    public override string ToString() => Name;
}
