using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>The credentials that went out with a request; empty where nothing was sent. No record, which would show them as text.</summary>
internal readonly struct SentCredentials
{
    private readonly string authorization;
    private readonly string apiKey;

    /// <param name="answer">The answer, which knows its request.</param>
    public SentCredentials(HttpResponseMessage? answer) =>
        (authorization, apiKey) = (Get(answer, CredentialHeaders.Authorization), Get(answer, CredentialHeaders.ApiKey));

    private ReadOnlySpan<char> Token => authorization.AsSpan(authorization.IndexOf(' ') + 1);

    /// <summary>Whether one of them is in the text, literally.</summary>
    public bool AreIn(string text) => Holds(text, Token) || Holds(text, apiKey);

    private static string Get(HttpResponseMessage? answer, string header) =>
        answer?.RequestMessage?.Headers.NonValidated.TryGetValues(header, out var values) == true ? values.ToString() : "";

    /// <summary>What is so short may stand in any text by chance.</summary>
    private static bool Holds(ReadOnlySpan<char> text, ReadOnlySpan<char> secret) =>
        secret.Length < 8 ? !secret.IsEmpty && text.Trim().SequenceEqual(secret) : text.Contains(secret, StringComparison.Ordinal);
}
