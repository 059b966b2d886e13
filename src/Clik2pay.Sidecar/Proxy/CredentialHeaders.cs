using System.Buffers;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>The request headers that a caller's credentials, or his context, could travel in. None of them goes upstream.</summary>
internal static class CredentialHeaders
{
    public const string ApiKey = "x-api-key";
    public const string Authorization = "Authorization";

    public static readonly ImmutableArray<string> Names = [Authorization, "Proxy-Authorization", ApiKey, "Cookie", "baggage", CallerToken.Header];

    /// <summary>What they begin with, or what is skipped before it is compared. Most headers begin with something else.</summary>
    private static readonly SearchValues<char> Beginnings = SearchValues.Create("aApPxXcCbB!#$%&'*+-.^_`|~");

    /// <summary>Which of them the header is, or could be taken for.</summary>
    public static string? Find(string header)
    {
        if (!Beginnings.Contains(header[0]))
            return null;

        foreach (var name in Names)
        {
            if (AreAlike(header, name))
                return name;
        }

        return null;
    }

    /// <summary>Some servers take <c>x_api_key</c> for <c>x-api-key</c>: neither case counts nor what stands between letters and digits.</summary>
    public static bool AreAlike(ReadOnlySpan<char> header, ReadOnlySpan<char> other)
    {
        while (true)
        {
            header = SkipSeparators(header);
            other = SkipSeparators(other);
            if (header.IsEmpty || other.IsEmpty)
                return header.IsEmpty && other.IsEmpty;

            if (char.ToLowerInvariant(header[0]) != char.ToLowerInvariant(other[0]))
                return false;

            header = header[1..];
            other = other[1..];
        }
    }

    /// <summary>Makes ours the one value of each, whatever has been put there before.</summary>
    public static void Inject(HttpRequestHeaders headers, AccessToken token)
    {
        SetOnly(headers, ApiKey, token.Credentials.ApiKey);
        SetOnly(headers, Authorization, token.Authorization);
    }

    private static void SetOnly(HttpRequestHeaders headers, string name, string value)
    {
        headers.Remove(name);
        headers.TryAddWithoutValidation(name, value);
    }

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]))
            text = text[1..];

        return text;
    }
}
