using System.Diagnostics.CodeAnalysis;

namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>What one call of the token endpoint brought: a token, or the failure that stands in its place.</summary>
internal sealed class TokenAnswer
{
    private TokenAnswer(IssuedToken? token, TokenFailure? failure) => (Token, Failure) = (token, failure);

    public IssuedToken? Token { get; }

    public TokenFailure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Token))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsSuccess => Token is not null;

    public static implicit operator TokenAnswer(IssuedToken token) => new(token, failure: null);

    public static implicit operator TokenAnswer(TokenFailure failure) => new(token: null, failure);
}
