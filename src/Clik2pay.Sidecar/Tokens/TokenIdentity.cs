namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Decides whether two <see cref="AccessToken"/> objects are the same token: the token endpoint issued the same value. Expiry, lifetime and
/// API key are not part of the identity. Each replica computes the expiry itself, and the API key can be rotated alone.
/// </summary>
/// <param name="Value">The token as the token endpoint issued it. A secret.</param>
internal sealed record TokenIdentity(string Value)
{
    /// <summary>Precedes the token in an Authorization header (RFC 6750, section 2.1).</summary>
    public const string Scheme = "Bearer ";

    /// <returns>The token in an Authorization header; null if the header has another scheme.</returns>
    public static TokenIdentity? FromAuthorization(string header) =>
        header.StartsWith(Scheme, StringComparison.Ordinal) ? new(header[Scheme.Length..]) : null;

    /// <summary>Omits the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => "token identity";
}
