using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Guard;

/// <summary>
/// The secret that a caller must send, if one is configured. The duration of a comparison is independent of the number of correct
/// characters.
/// </summary>
internal sealed class CallerToken(CallerOptions options)
{
    private readonly byte[]? expected = options.CallerToken is { } token ? Digest(token) : null;

    public bool Accepts(StringValues sent) =>
        expected is null || (sent.Count == 1 && CryptographicOperations.FixedTimeEquals(Digest(sent[0]!), expected));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
