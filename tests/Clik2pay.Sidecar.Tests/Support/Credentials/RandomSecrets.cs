using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>
/// Secrets that are different in each run. Each contains those characters that encoders change and that are allowed in its place.
/// </summary>
internal sealed class RandomSecrets
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Printable = "\"\\+/&% <>'=~?#@;,{}$`";

    private readonly ConcurrentDictionary<int, string> tokens = new();

    public string Username { get; } = New(Printable);

    public string Password { get; } = New(Printable + ":");

    public string ApiKey { get; } = New(Printable + ":");

    public string CallerToken { get; } = New(Printable + ":");

    /// <summary>The token of a caller in the section <c>Callers</c>.</summary>
    public string NamedCallerToken { get; } = New(Printable + ":");

    /// <summary>What the caller gets instead of an access token.</summary>
    public string Placeholder => Sidecar.Requests.Callers.Tokens.Placeholder.Derive(NamedCallerToken);

    /// <summary>Without the characters that a Redis configuration file or a connection string must escape.</summary>
    public string RedisPassword { get; } = New("+/&<>=~$");

    public string CallersAuthorization { get; } = New("\"\\+/&%=~\u00e9");

    public string CallersApiKey { get; } = New(Printable);

    public string CallersCookie { get; } = New("+/&%=~'");

    public string CallersBaggage { get; } = New("+/&%=~'");

    public string CallersQuery { get; } = New(Printable + "\u00e9");

    public string CallersBody { get; } = New(Printable + "\u00e9");

    public IEnumerable<(string Name, string Value)> All =>
    [
        ("username", Username), ("password", Password), ("API key", ApiKey), ("caller token", CallerToken),
        ("token of a named caller", NamedCallerToken), ("placeholder", Placeholder), ("Redis password", RedisPassword),
        ("caller's Authorization", CallersAuthorization), ("caller's x-api-key", CallersApiKey), ("caller's cookie", CallersCookie),
        ("caller's baggage", CallersBaggage), ("caller's query", CallersQuery), ("caller's body", CallersBody),
        .. tokens.Select(token => ($"access token {token.Key}", token.Value)),
    ];

    /// <summary>A token of the characters that a bearer token may have (RFC 6750, section 2.1).</summary>
    public string Token(int number) => tokens.GetOrAdd(number, _ => New("-._~+/") + "==");

    private static string New(string special) =>
        $"{RandomNumberGenerator.GetString(Alphabet, 16)}{special}{RandomNumberGenerator.GetString(Alphabet, 8)}";
}
