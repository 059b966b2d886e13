using System.Collections.Concurrent;
using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

/// <summary>
/// A token endpoint and an upstream that share a clock of their own. Tokens expire by this clock. The upstream responds 401 to a token that
/// has expired, was revoked or is too new, and counts these requests.
/// </summary>
internal sealed class ExpiringProvider
{
    /// <summary>The time after its expiry during which a token is accepted, because a busy machine may serve a request late.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, (TimeSpan IssuedAt, TimeSpan ExpiresAt)> tokens = new(StringComparer.Ordinal);
    private readonly long startedAt = SystemDefaults.Time.GetTimestamp();
    private TimeSpan advanced;
    private int issued;
    private int expired;
    private int unaccepted;

    /// <summary>The lifetime of the tokens issued from now on.</summary>
    public TimeSpan Lifetime { get; set; }

    /// <summary>The upstream accepts a token only when the token is at least this old.</summary>
    public TimeSpan MinimumAge { get; set; }

    /// <summary>The number of tokens that were issued.</summary>
    public int Issued => Volatile.Read(ref issued);

    /// <summary>The number of requests that arrived with an expired token.</summary>
    public int Expired => Volatile.Read(ref expired);

    /// <summary>The number of requests that arrived with a token that was revoked or too new.</summary>
    public int Unaccepted => Volatile.Read(ref unaccepted);

    /// <summary>The token of each request, in the order of arrival.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    private TimeSpan Now => SystemDefaults.Time.GetElapsedTime(startedAt) + advanced;

    /// <summary>The value of a token. The first token has the number 1.</summary>
    public static string TokenOf(int number) => string.Create(CultureInfo.InvariantCulture, $"access_token_{number}");

    /// <summary>Advances the provider's clock, but not the clocks of this machine.</summary>
    public void Advance(TimeSpan duration) => advanced += duration;

    public void Revoke(string token) => Assert.True(tokens.TryRemove(token, out _));

    public Task IssueTokenAsync(HttpContext context)
    {
        var (token, now) = (TokenOf(Interlocked.Increment(ref issued)), Now);
        tokens[token] = (now, now + Lifetime);
        return FakeTokenEndpoint.Respond(200, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"access_token":"{{token}}","expires_in":{{(int)Lifetime.TotalSeconds}},"token_type":"Bearer"}"""))(context);
    }

    public Task RespondAsync(HttpContext context)
    {
        var token = $"{context.Request.Headers.Authorization}"["Bearer ".Length..];
        Received.Enqueue(token);
        var (isKnown, now) = (tokens.TryGetValue(token, out var times), Now);
        if (isKnown && now >= times.IssuedAt + MinimumAge && now <= times.ExpiresAt + Grace)
            return FakeTokenEndpoint.Respond(200, "done")(context);

        Interlocked.Increment(ref isKnown && now > times.ExpiresAt ? ref expired : ref unaccepted);
        return FakeTokenEndpoint.Respond(401, "")(context);
    }
}
