using System.Text;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>Reads the expiry of a token. Only a JWT has one, and no token may cause an exception.</summary>
internal static class JwtParser
{
    public static string? Check(byte[] input)
    {
        var token = Encoding.Latin1.GetString(input);
        return JwtExpiry.Read(token) is not null && token.Count(c => c == '.') != 2 ? "an expiry in a text that isn't a JWT" : null;
    }
}
