using System.Text;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>A token: its expiry is read without an exception, whatever the token is, and never from a text that is no JWT.</summary>
internal static class JwtParser
{
    public static string? Check(byte[] input)
    {
        var token = Encoding.Latin1.GetString(input);
        return JwtExpiry.Read(token) is not null && token.Count(c => c == '.') != 2 ? "an expiry of what is no JWT" : null;
    }
}
