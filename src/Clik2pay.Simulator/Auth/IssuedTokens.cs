using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Simulator.Auth;

/// <summary>
/// Issues access tokens and stores their expiries. Like the tokens of AWS Cognito, they are JWTs of about 1 kB.
/// The signature is random bytes, because <see cref="IsValid"/> compares the text of a token and does not verify its signature.
/// </summary>
internal sealed class IssuedTokens(SimulatorOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> expiries = new(StringComparer.Ordinal);
    private readonly string keyId = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public string Issue(string scope, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        RemoveExpired(now);

        var header = new JsonObject { ["kid"] = keyId, ["alg"] = "RS256" };
        var claims = new JsonObject
        {
            ["sub"] = options.Username,
            ["token_use"] = "access",
            ["scope"] = scope,
            ["auth_time"] = now.ToUnixTimeSeconds(),
            ["iss"] = $"https://cognito-idp.ca-central-1.amazonaws.com/ca-central-1_{options.Environment}",
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["version"] = 2,
            ["jti"] = Identifier.New(),
            ["client_id"] = options.Username,
        };
        var token = $"{Encode(header)}.{Encode(claims)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(256))}";
        expiries[token] = now + lifetime;
        return token;
    }

    /// <returns>Whether this simulator issued the token, and the token has neither expired nor been revoked.</returns>
    public bool IsValid(string token) => expiries.TryGetValue(token, out var expiry) && time.GetUtcNow() < expiry;

    /// <returns>The number of tokens that were revoked.</returns>
    public int RevokeAll()
    {
        var count = expiries.Count;
        expiries.Clear();
        return count;
    }

    private void RemoveExpired(DateTimeOffset now)
    {
        foreach (var (token, expiry) in expiries)
        {
            if (expiry <= now)
                expiries.TryRemove(token, out _);
        }
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
