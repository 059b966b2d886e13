using System.Diagnostics.CodeAnalysis;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>The result of one token call: a token, or a failure.</summary>
internal sealed class TokenEndpointResult
{
    private TokenEndpointResult()
    {
    }

    /// <summary>The access token. A secret. Null after a failure.</summary>
    public string? Value { get; private init; }

    /// <summary>
    /// The token's lifetime from the moment of the request. Zero if the token has already expired or expires within a second. Null after a
    /// failure.
    /// </summary>
    public TimeSpan? Lifetime { get; private init; }

    /// <summary>Null if there is a token.</summary>
    public TokenFailure? Failure { get; private init; }

    [MemberNotNullWhen(true, nameof(Value), nameof(Lifetime))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsSuccess => Failure is null;

    public static implicit operator TokenEndpointResult(TokenFailure failure) => new() { Failure = failure };

    public static TokenEndpointResult Issued(string value, TimeSpan lifetime) => new() { Value = value, Lifetime = lifetime };

    /// <summary>Omits the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => Failure?.ToString() ?? $"issued token with a lifetime of {Lifetime}";
}
