using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>An access token as this process holds it: what is sent, and until when.</summary>
/// <param name="value">The token itself, as the token endpoint gave it. A secret.</param>
/// <param name="lifetime">Its whole life, from issue to expiry.</param>
/// <param name="expiresAt">When it expires, in <see cref="MonotonicTime"/>.</param>
/// <param name="credentials">What it was had with. The API key of the same set goes with it on each request.</param>
internal sealed class AccessToken(string value, TimeSpan lifetime, TimeSpan expiresAt, CredentialSet credentials)
{
    public string Value { get; } = value;

    /// <summary>The value of the Authorization header, made once so that a request need not (RFC 6750, section 2.1).</summary>
    public string Authorization { get; } = $"Bearer {value}";

    public TimeSpan Lifetime { get; } = lifetime;

    public TimeSpan ExpiresAt { get; } = expiresAt;

    public CredentialSet Credentials { get; } = credentials;

    public bool IsValidAt(TimeSpan now) => now < ExpiresAt;

    /// <summary>The same token, to be sent with the API key of this set.</summary>
    public AccessToken With(CredentialSet other) => other == Credentials ? this : new(Value, Lifetime, ExpiresAt, other);

    /// <summary>Whether both are the same on a request.</summary>
    public bool IsSentAs(AccessToken other) => string.Equals(Value, other.Value, StringComparison.Ordinal) && Credentials == other.Credentials;

    /// <summary>Never the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => $"access token with a life of {Lifetime}";
}
