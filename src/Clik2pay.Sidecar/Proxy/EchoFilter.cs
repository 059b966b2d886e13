using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Drops what upstream sends back of the credentials it got: the caller is not to have them. Both are looked for as they were sent, and percent-encoded.</summary>
internal sealed class EchoFilter(Clik2payOptions options, SidecarMetrics metrics)
{
    private readonly string apiKey = options.Credentials.ApiKey;

    /// <param name="headers">Headers or trailers of an answer.</param>
    /// <param name="answer">The answer, which knows its request and the token that was sent with it.</param>
    public void Apply(IHeaderDictionary headers, HttpResponseMessage? answer)
    {
        var authorization = GetAuthorization(answer);
        List<string>? echoes = null;
        foreach (var (name, values) in headers)
        {
            if (HasSecret(name, authorization) || HasSecret(values, authorization))
                (echoes ??= []).Add(name);
        }

        foreach (var name in echoes ?? [])
        {
            headers.Remove(name);
            metrics.UpstreamHeaderDropped();
        }
    }

    /// <summary>The words behind the status code.</summary>
    public void Apply(IHttpResponseFeature response, HttpResponseMessage? answer)
    {
        if (HasSecret(response.ReasonPhrase, GetAuthorization(answer)))
            response.ReasonPhrase = null;
    }

    /// <summary>Empty where nothing was sent.</summary>
    private static string GetAuthorization(HttpResponseMessage? answer) =>
        answer?.RequestMessage?.Headers.NonValidated.TryGetValues(CredentialHeaders.Authorization, out var values) == true ? values.ToString() : "";

    private bool HasSecret(StringValues values, string authorization)
    {
        foreach (var value in values)
        {
            if (HasSecret(value, authorization))
                return true;
        }

        return false;
    }

    /// <summary>Decoded where there is something to decode: whatever an encoder escapes, and in whichever case, is then the same.</summary>
    private bool HasSecret(string? text, string authorization) =>
        text is not null && (HoldsSecret(text, authorization) || (text.Contains('%') && HoldsSecret(Uri.UnescapeDataString(text), authorization)));

    private bool HoldsSecret(string text, string authorization) => Holds(text, GetToken(authorization)) || Holds(text, apiKey);

    private static ReadOnlySpan<char> GetToken(string authorization) => authorization.AsSpan(authorization.IndexOf(' ') + 1);

    /// <summary>What is so short may stand in any text by chance.</summary>
    private static bool Holds(ReadOnlySpan<char> text, ReadOnlySpan<char> secret) =>
        secret.Length < 8 ? !secret.IsEmpty && text.Trim().SequenceEqual(secret) : text.Contains(secret, StringComparison.Ordinal);
}
