using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Drops what upstream sends back of the credentials it got: the caller is not to have them. Both are looked for as they were sent, and percent-encoded.</summary>
internal sealed class EchoFilter(SidecarMetrics metrics)
{
    /// <param name="headers">Headers or trailers of an answer.</param>
    /// <param name="answer">The answer, which knows its request and what was sent with it.</param>
    public void Apply(IHeaderDictionary headers, HttpResponseMessage? answer)
    {
        var sent = Sent.With(answer);
        List<string>? echoes = null;
        foreach (var (name, values) in headers)
        {
            if (sent.IsIn(name) || sent.IsIn(values))
                (echoes ??= []).Add(name);
        }

        foreach (var name in echoes ?? [])
        {
            headers.Remove(name);
            metrics.UpstreamHeaderDropped();
        }
    }

    /// <summary>The words behind the status code.</summary>
    public static void Apply(IHttpResponseFeature response, HttpResponseMessage? answer)
    {
        if (Sent.With(answer).IsIn(response.ReasonPhrase))
            response.ReasonPhrase = null;
    }

    /// <summary>The credentials of one request; empty where nothing was sent. No record, which would show them as text.</summary>
    private readonly struct Sent(string authorization, string apiKey)
    {
        private ReadOnlySpan<char> Token => authorization.AsSpan(authorization.IndexOf(' ') + 1);

        public static Sent With(HttpResponseMessage? answer) =>
            new(Get(answer, CredentialHeaders.Authorization), Get(answer, CredentialHeaders.ApiKey));

        public bool IsIn(StringValues values)
        {
            foreach (var value in values)
            {
                if (IsIn(value))
                    return true;
            }

            return false;
        }

        /// <summary>Decoded where there is something to decode: whatever an encoder escapes, and in whichever case, is then the same.</summary>
        public bool IsIn(string? text) =>
            text is not null && (IsLiterallyIn(text) || (text.Contains('%') && IsLiterallyIn(Uri.UnescapeDataString(text))));

        private bool IsLiterallyIn(string text) => Holds(text, Token) || Holds(text, apiKey);

        private static string Get(HttpResponseMessage? answer, string header) =>
            answer?.RequestMessage?.Headers.NonValidated.TryGetValues(header, out var values) == true ? values.ToString() : "";
    }

    /// <summary>What is so short may stand in any text by chance.</summary>
    private static bool Holds(ReadOnlySpan<char> text, ReadOnlySpan<char> secret) =>
        secret.Length < 8 ? !secret.IsEmpty && text.Trim().SequenceEqual(secret) : text.Contains(secret, StringComparison.Ordinal);
}
