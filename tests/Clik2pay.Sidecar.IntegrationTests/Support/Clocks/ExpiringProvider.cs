using System.Collections.Concurrent;
using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

/// <summary>
/// Token endpoint and upstream in one, which keep the expiry of each token by a clock of their own. The upstream responds 401 to a token
/// that has expired, was revoked or is too new, and counts it.
/// </summary>
internal sealed class ExpiringProvider
{
    /// <summary>For a request that was sent in time and is served late on a busy machine.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, (TimeSpan IssuedAt, TimeSpan ExpiresAt)> tokens = new(StringComparer.Ordinal);
    private readonly long startedAt = SystemDefaults.Time.GetTimestamp();
    private TimeSpan advanced;
    private int issued;
    private int expired;
    private int unaccepted;

    /// <summary>The lifetime of the tokens issued from now on.</summary>
    public TimeSpan Lifetime { get; set; }

    /// <summary>The upstream accepts a token only after this time.</summary>
    public TimeSpan MinimumAge { get; set; }

    /// <summary>How many tokens were issued.</summary>
    public int Issued => Volatile.Read(ref issued);

    /// <summary>How many requests arrived with an expired token.</summary>
    public int Expired => Volatile.Read(ref expired);

    /// <summary>How many requests arrived with a token that was revoked or too new.</summary>
    public int Unaccepted => Volatile.Read(ref unaccepted);

    /// <summary>The token of each request, in the order of arrival.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    private TimeSpan Now => SystemDefaults.Time.GetElapsedTime(startedAt) + advanced;

    /// <summary>The name of a token, counted from 1.</summary>
    public static string TokenOf(int number) => string.Create(CultureInfo.InvariantCulture, $"access_token_{number}");

    /// <summary>Time passes that the clocks of this machine do not show.</summary>
    public void Advance(TimeSpan duration) => advanced += duration;

    public void Revoke(string token) => Assert.True(tokens.TryRemove(token, out _));

    public Task GiveTokenAsync(HttpContext context)
    {
        var (token, now) = (TokenOf(Interlocked.Increment(ref issued)), Now);
        tokens[token] = (now, now + Lifetime);
        return FakeTokenEndpoint.Answer(200, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"access_token":"{{token}}","expires_in":{{(int)Lifetime.TotalSeconds}},"token_type":"Bearer"}"""))(context);
    }

    public Task RespondAsync(HttpContext context)
    {
        var token = $"{context.Request.Headers.Authorization}"["Bearer ".Length..];
        Received.Enqueue(token);
        var (isKnown, now) = (tokens.TryGetValue(token, out var times), Now);
        if (isKnown && now >= times.IssuedAt + MinimumAge && now <= times.ExpiresAt + Grace)
            return FakeTokenEndpoint.Answer(200, "done")(context);

        Interlocked.Increment(ref isKnown && now > times.ExpiresAt ? ref expired : ref unaccepted);
        return FakeTokenEndpoint.Answer(401, "")(context);
    }
}
