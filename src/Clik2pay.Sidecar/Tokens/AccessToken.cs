using Clik2pay.Sidecar.Provider;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>An access token: what is sent, and until when.</summary>
/// <param name="value">The token as the token endpoint issued it. A secret.</param>
/// <param name="lifetime">From issue to expiry.</param>
/// <param name="expiresAt">When it expires, in <see cref="MonotonicTime"/>.</param>
/// <param name="credentials">The credentials that it was issued for. It is sent with the API key of the same set.</param>
/// <param name="wallOffset">
/// <see cref="MonotonicTime.GetWallOffset"/> when <paramref name="expiresAt"/> was computed; null to ignore the wall clock.
/// </param>
internal sealed class AccessToken(
    string value, TimeSpan lifetime, TimeSpan expiresAt, CredentialSet credentials, TimeSpan? wallOffset = null)
{
    /// <summary>The longest <see cref="Value"/>, in characters. It applies to token responses, the shared store and requests.</summary>
    public const int MaxLength = 48 * 1024;

    /// <summary>A token is suspect when the wall clock has advanced by this much more than the steady clock.</summary>
    public static readonly TimeSpan SuspectAfter = TimeSpan.FromSeconds(30);

    /// <summary>The longest time from issue to first use of a token that replaces a valid one.</summary>
    private static readonly TimeSpan LongestSettlingTime = TimeSpan.FromSeconds(10);

    /// <summary>Compare this to find out whether two objects are the same token.</summary>
    public TokenIdentity Identity { get; } = new(value);

    public string Value => Identity.Value;

    /// <summary>The value of the Authorization header, created once instead of per request.</summary>
    public string Authorization { get; } = TokenIdentity.Scheme + value;

    public TimeSpan Lifetime { get; } = lifetime;

    public TimeSpan ExpiresAt { get; } = expiresAt;

    public TimeSpan IssuedAt => ExpiresAt - Lifetime;

    /// <summary>How long the token is not used while its predecessor is valid.</summary>
    public TimeSpan SettlingTime => GetSettlingTime(Lifetime);

    public CredentialSet Credentials { get; } = credentials;

    /// <summary>
    /// How long a new token is not used while the current one is valid, because some providers accept a token only seconds after issue. It
    /// is 10 s, or a tenth of the lifetime if that is shorter.
    /// </summary>
    public static TimeSpan GetSettlingTime(TimeSpan lifetime) => Min(LongestSettlingTime, lifetime / 10);

    public bool IsValidAt(TimeSpan now) => now < ExpiresAt;

    /// <summary>
    /// Whether the wall clock indicates that more time has passed than the steady clock has counted. Either the token may have expired, or
    /// the wall clock is wrong.
    /// </summary>
    public bool IsSuspectAt(TimeSpan currentWallOffset) => currentWallOffset - wallOffset >= SuspectAfter;

    /// <summary>The same token, to be sent with the API key of this set.</summary>
    public AccessToken With(CredentialSet other) => other == Credentials ? this : new(Value, Lifetime, ExpiresAt, other, wallOffset);

    /// <summary>The same token with another lifetime, so that it counts as issued at another moment.</summary>
    public AccessToken WithLifetime(TimeSpan other) => new(Value, other, ExpiresAt, Credentials, wallOffset);

    /// <summary>Whether a request has the same headers with either: the same token, and the API key of the same credential set.</summary>
    public bool HasSameHeaders(AccessToken other) => Identity == other.Identity && Credentials == other.Credentials;

    /// <summary>Without the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => $"access token with a lifetime of {Lifetime}";
}
