namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>A token as the token endpoint issued it.</summary>
/// <param name="Value">The access token. A secret.</param>
/// <param name="Lifetime">From the moment of the request. Zero if the token has already expired or expires within a second.</param>
internal sealed record IssuedToken(string Value, TimeSpan Lifetime)
{
    public override string ToString() => $"issued token with a lifetime of {Lifetime}";
}
