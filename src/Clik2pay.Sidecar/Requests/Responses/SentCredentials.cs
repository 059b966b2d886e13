using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// The credentials that were sent with a request; empty if nothing was sent. Not a record, because a record would print them.
/// </summary>
internal readonly struct SentCredentials
{
    /// <summary>In characters. A shorter secret may occur in any text by chance.</summary>
    private const int ShortestSearched = 8;

    private readonly string authorization;
    private readonly string apiKey;

    /// <param name="response">The provider's response, which refers to its request.</param>
    public SentCredentials(HttpResponseMessage? response) =>
        (authorization, apiKey) = (Get(response, CredentialHeaders.Authorization), Get(response, CredentialHeaders.ApiKey));

    private ReadOnlySpan<char> Token => authorization.AsSpan(authorization.IndexOf(' ') + 1);

    /// <summary>Whether a text contains one of them literally.</summary>
    public bool AreIn(string text) => Contains(text, Token) || Contains(text, apiKey);

    private static string Get(HttpResponseMessage? response, string header) =>
        response?.RequestMessage?.Headers.NonValidated.TryGetValues(header, out var values) == true ? values.ToString() : "";

    private static bool Contains(ReadOnlySpan<char> text, ReadOnlySpan<char> secret) => secret.Length < ShortestSearched
        ? !secret.IsEmpty && text.Trim().SequenceEqual(secret)
        : text.Contains(secret, StringComparison.Ordinal);
}
