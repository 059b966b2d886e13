using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// The credentials that were sent with a request; empty if nothing was sent. This type is not a record, because the text of a record would
/// contain the secrets.
/// </summary>
internal readonly struct SentCredentials
{
    /// <summary>In characters. A shorter secret may be a part of a text by chance, so only a text that equals it counts.</summary>
    private const int ShortestSearched = 8;

    private readonly string authorization;
    private readonly string apiKey;

    /// <param name="response">The provider's response, which refers to its request.</param>
    public SentCredentials(HttpResponseMessage? response) =>
        (authorization, apiKey) = (Get(response, CredentialHeaders.Authorization), Get(response, CredentialHeaders.ApiKey));

    private ReadOnlySpan<char> Token => authorization.AsSpan(authorization.IndexOf(' ') + 1);

    /// <summary>Whether a text contains the token or the API key literally.</summary>
    public bool AreIn(string text) => Contains(text, Token) || Contains(text, apiKey);

    private static string Get(HttpResponseMessage? response, string header) =>
        response?.RequestMessage?.Headers.NonValidated.TryGetValues(header, out var values) == true ? values.ToString() : "";

    private static bool Contains(ReadOnlySpan<char> text, ReadOnlySpan<char> secret) => secret.Length < ShortestSearched
        ? !secret.IsEmpty && text.Trim().SequenceEqual(secret)
        : text.Contains(secret, StringComparison.Ordinal);
}
