using System.Buffers.Text;
using System.Text;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

internal static class TestJwt
{
    public static string ExpiringAt(DateTimeOffset expiry) => WithClaims($$"""{"exp":{{expiry.ToUnixTimeSeconds()}}}""");

    public static string WithClaims(string claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";
}
