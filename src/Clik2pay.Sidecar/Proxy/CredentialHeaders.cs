using System.Net.Http.Headers;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The request headers that a caller's credentials, or his context, could travel in. None of them goes upstream.</summary>
internal static class CredentialHeaders
{
    public const string ApiKey = "x-api-key";
    public const string Authorization = "Authorization";

    /// <summary>In the form in which look-alikes are equal: lower case, without hyphens and underscores.</summary>
    private static readonly string[] Plain = ["authorization", "proxyauthorization", "xapikey", "cookie", "baggage"];

    /// <summary>Some servers take <c>x_api_key</c> for <c>x-api-key</c>; so the separators do not count.</summary>
    public static bool Contains(string header)
    {
        foreach (var plain in Plain)
        {
            if (IsAlike(header, plain))
                return true;
        }

        return false;
    }

    /// <summary>Makes this the one value of the header, whatever has been put there before.</summary>
    public static void SetOnly(HttpRequestHeaders headers, string name, string value)
    {
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }

    private static bool IsAlike(ReadOnlySpan<char> header, ReadOnlySpan<char> plain)
    {
        foreach (var c in header)
        {
            if (c is '-' or '_')
                continue;

            if (plain.IsEmpty || char.ToLowerInvariant(c) != plain[0])
                return false;

            plain = plain[1..];
        }

        return plain.IsEmpty;
    }
}
