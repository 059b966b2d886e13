namespace Clik2pay.Sidecar.Tokens;

/// <summary>An access token as this process holds it: what is sent, and until when.</summary>
/// <param name="value">The token itself, as the token endpoint gave it. A secret.</param>
/// <param name="lifetime">Its whole life, from issue to expiry.</param>
/// <param name="expiresAt">When it expires, in <see cref="MonotonicTime"/>.</param>
internal sealed class AccessToken(string value, TimeSpan lifetime, TimeSpan expiresAt)
{
    public string Value { get; } = value;

    /// <summary>The value of the Authorization header, made once so that a request need not (RFC 6750, section 2.1).</summary>
    public string Authorization { get; } = $"Bearer {value}";

    public TimeSpan Lifetime { get; } = lifetime;

    public TimeSpan ExpiresAt { get; } = expiresAt;

    public bool IsValidAt(TimeSpan now) => now < ExpiresAt;

    /// <summary>Never the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => $"access token with a life of {Lifetime}";
}
