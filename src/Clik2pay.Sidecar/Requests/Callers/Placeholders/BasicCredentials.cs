using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Callers.Placeholders;

/// <summary>The username and the password of a Basic Authorization header (RFC 7617).</summary>
internal readonly struct BasicCredentials(string username, string password)
{
    private const string Scheme = "Basic ";

    public string Username => username;

    /// <summary>
    /// The password as sent, and form-decoded. OAuth clients should form-encode it first (RFC 6749, section 2.3.1), but many do not.
    /// </summary>
    public string[] Passwords { get; } = [password, WebUtility.UrlDecode(password)];

    /// <returns>Null if the header is missing or not valid.</returns>
    public static BasicCredentials? TryParse(StringValues authorization)
    {
        if (authorization.Count != 1 || !authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;

        var encoded = authorization[0]![Scheme.Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;

        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var username, var password] ? new(username, password) : null;
    }
}
