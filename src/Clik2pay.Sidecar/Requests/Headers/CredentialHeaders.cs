using System.Collections.Immutable;
using System.Net.Http.Headers;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>The headers that the sidecar sets, and the request headers that could carry credentials or context of the caller.</summary>
internal static class CredentialHeaders
{
    public const string ApiKey = "x-api-key";
    public const string Authorization = "Authorization";

    private static readonly (string Name, Func<AccessToken, string> GetValue)[] Injected =
    [
        (ApiKey, token => token.Credentials.ApiKey),
        (Authorization, token => token.Authorization),
    ];

    /// <summary>The caller token is a credential too. It is for the sidecar, and the provider must not receive it.</summary>
    private static readonly HeaderNames Stripped =
        new([.. Injected.Select(header => header.Name), "Proxy-Authorization", "Cookie", "baggage", SidecarHeaders.CallerToken]);

    /// <summary>The headers that are stripped from requests, including those that the sidecar sets.</summary>
    public static ImmutableArray<string> Names => Stripped.All;

    /// <returns>The name of the stripped header that this name or spelling matches. Null without a match.</returns>
    public static string? Find(string header) => Stripped.Find(header);

    /// <summary>Sets each injected header to one value, and removes earlier values.</summary>
    public static void Inject(HttpRequestHeaders headers, AccessToken token)
    {
        foreach (var (name, getValue) in Injected)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, getValue(token));
        }
    }
}
