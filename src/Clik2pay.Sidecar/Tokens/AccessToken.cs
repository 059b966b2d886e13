using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>An access token, with its expiry and the credentials that it was issued for.</summary>
/// <param name="value">The token as the token endpoint issued it. A secret.</param>
/// <param name="lifetime">The time from issue to expiry.</param>
/// <param name="expiresAt">When the token expires, in <see cref="MonotonicTime"/>.</param>
/// <param name="credentials">The credentials that the token was issued for. The token is sent with their API key.</param>
/// <param name="wallOffset">
/// How far the wall clock was ahead of the steady clock when <paramref name="expiresAt"/> was computed, by
/// <see cref="MonotonicTime.GetWallOffset"/>. Null to ignore the wall clock.
/// </param>
internal sealed class AccessToken(
    string value, TimeSpan lifetime, TimeSpan expiresAt, CredentialSet credentials, TimeSpan? wallOffset = null)
{
    /// <summary>
    /// The longest <see cref="Value"/>, in characters. The limit applies to token responses, the shared store and requests.
    /// </summary>
    public const int MaxLength = 48 * 1024;

    /// <summary>
    /// A token is suspect if, since its expiry was computed, the wall clock has advanced by at least this much more than the steady clock.
    /// </summary>
    public static readonly TimeSpan SuspectAfter = TimeSpan.FromSeconds(30);

    /// <summary>The maximum of <see cref="SettlingTime"/>.</summary>
    private static readonly TimeSpan LongestSettlingTime = TimeSpan.FromSeconds(10);

    /// <summary>Two objects with equal identities are the same token.</summary>
    public TokenIdentity Identity { get; } = new(value);

    public string Value => Identity.Value;

    /// <summary>The value of the Authorization header, created once instead of per request.</summary>
    public string Authorization { get; } = TokenIdentity.Scheme + value;

    public TimeSpan Lifetime { get; } = lifetime;

    public TimeSpan ExpiresAt { get; } = expiresAt;

    public TimeSpan IssuedAt => ExpiresAt - Lifetime;

    /// <summary>The time after issue during which this token is not used while its predecessor is valid.</summary>
    public TimeSpan SettlingTime => GetSettlingTime(Lifetime);

    public CredentialSet Credentials { get; } = credentials;

    /// <summary>
    /// The time after issue during which a new token is not used while the current one is valid, because some providers accept a token only
    /// seconds after issue. It is 10 s, or a tenth of a lifetime below 100 s.
    /// </summary>
    public static TimeSpan GetSettlingTime(TimeSpan lifetime) => Min(LongestSettlingTime, lifetime / 10);

    public bool IsValidAt(TimeSpan now) => now < ExpiresAt;

    /// <summary>
    /// Whether the wall clock indicates that more time has passed than the steady clock has counted. Either the token may have expired, or
    /// the wall clock is wrong.
    /// </summary>
    public bool IsSuspectAt(TimeSpan currentWallOffset) => currentWallOffset - wallOffset >= SuspectAfter;

    /// <summary>The same token, to be sent with the API key of the other credential set.</summary>
    public AccessToken With(CredentialSet other) => other == Credentials ? this : new(Value, Lifetime, ExpiresAt, other, wallOffset);

    /// <summary>The same token with the same expiry and another lifetime, which also changes <see cref="IssuedAt"/>.</summary>
    public AccessToken WithLifetime(TimeSpan other) => new(Value, other, ExpiresAt, Credentials, wallOffset);

    /// <summary>
    /// Whether requests with either token have the same headers: the same token, and the API key of the same credential set.
    /// </summary>
    public bool HasSameHeaders(AccessToken other) => Identity == other.Identity && Credentials == other.Credentials;

    /// <summary>Omits the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => $"access token with a lifetime of {Lifetime}";
}
