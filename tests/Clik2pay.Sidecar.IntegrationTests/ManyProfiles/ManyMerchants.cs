using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>
/// A provider of many merchants, one per profile. Each merchant has numbered credential sets, because credentials rotate. A token names its
/// merchant and its set. Every request must have exactly one API key and one token, both of the same set of the merchant in the path.
/// </summary>
internal sealed class ManyMerchants(IReadOnlyList<string> names)
{
    private const string PathPrefix = "/open/v1/";

    private readonly ConcurrentDictionary<string, int> firstValidSets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<TimeSpan>> calls = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TimeSpan> admitted = new();
    private readonly Lock admission = new();
    private int issued;
    private int requests;

    public IReadOnlyList<string> Names => names;

    /// <summary>What no request may have: a wrong key, a wrong token, or credentials of another merchant or of two sets.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>The lifetime of a token, in seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>The number of token calls in a second. Further calls get 429.</summary>
    public int MaxCallsPerSecond { get; set; } = int.MaxValue;

    public int Requests => Volatile.Read(ref requests);

    public int ThrottledCalls { get; private set; }

    /// <returns>The username, the password and the API key.</returns>
    public static string[] CredentialsOf(string name, int set) =>
        [$"user-{name}", Numbered($"password-{name}", set), Numbered($"key-{name}", set)];

    /// <summary>The path that requests for a merchant have.</summary>
    public static Uri PathOf(string name) => new(PathPrefix + name, UriKind.Relative);

    /// <summary>When the token calls of a merchant arrived that returned a token, by the monotonic clock.</summary>
    public IReadOnlyList<TimeSpan> CallsOf(string name) => calls.TryGetValue(name, out var all) ? [.. all] : [];

    /// <summary>Refuses all sets of a merchant before this one, at both servers.</summary>
    public void RetireBefore(string name, int set) => firstValidSets[name] = set;

    public Task IssueTokenAsync(HttpContext context)
    {
        var basic = Convert.FromBase64String($"{context.Request.Headers.Authorization}"["Basic ".Length..]);
        var (username, password) = Encoding.UTF8.GetString(basic).Split(':') is [var first, var second] ? (first, second) : ("", "");
        var name = names.FirstOrDefault(name => username == $"user-{name}");
        if (name is null || SetOf(password, $"password-{name}") is not { } set || set < firstValidSets.GetValueOrDefault(name))
        {
            Violations.Enqueue($"a token call with unknown or retired credentials: {username}");
            return FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""")(context);
        }

        var now = SystemDefaults.Time.GetMonotonicNow();
        if (!TryAdmit(now))
            return FakeTokenEndpoint.Respond(429, "")(context);

        calls.GetOrAdd(name, _ => new()).Enqueue(now);
        var token = string.Create(CultureInfo.InvariantCulture, $"token-{name}-{set}-{Interlocked.Increment(ref issued)}");
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"access_token":"{{token}}","expires_in":{{Lifetime}},"token_type":"Bearer"}""");
        return FakeTokenEndpoint.Respond(200, body, ("Content-Type", "application/json"))(context);
    }

    /// <summary>Responds with the name of the merchant. A token that was retired while the request was on its way gets 401.</summary>
    public Task RespondAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        var name = $"{context.Request.Path}"[PathPrefix.Length..];
        var (keys, tokens) = (context.Request.Headers["x-api-key"], context.Request.Headers.Authorization);
        if (!names.Contains(name, StringComparer.Ordinal)
            || keys.Count != 1 || SetOf($"{keys}", $"key-{name}") is not { } set
            || tokens.Count != 1 || !$"{tokens}".StartsWith(Numbered($"Bearer token-{name}", set) + "-", StringComparison.Ordinal)
            || context.Request.Headers.ContainsKey("Clik2pay-Sidecar-Profile"))
        {
            Violations.Enqueue($"{context.Request.Path}: key {keys}, token {tokens}");
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        }

        if (set >= firstValidSets.GetValueOrDefault(name))
            return context.Response.WriteAsync(name);

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static string Numbered(string text, int number) => string.Create(CultureInfo.InvariantCulture, $"{text}-{number}");

    /// <returns>The number of the credential set. Null if the text does not belong to the merchant.</returns>
    private static int? SetOf(string text, string prefix) =>
        text.StartsWith($"{prefix}-", StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(prefix.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var set)
            ? set
            : null;

    private bool TryAdmit(TimeSpan now)
    {
        lock (admission)
        {
            while (admitted.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromSeconds(1))
                admitted.TryDequeue(out _);
            if (admitted.Count >= MaxCallsPerSecond)
            {
                ThrottledCalls++;
                return false;
            }

            admitted.Enqueue(now);
            return true;
        }
    }
}
