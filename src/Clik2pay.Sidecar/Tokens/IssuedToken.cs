namespace Clik2pay.Sidecar.Tokens;

/// <summary>A token as the token endpoint gave it.</summary>
/// <param name="Value">The access token. A secret.</param>
/// <param name="Lifetime">How long it lives from the moment at which it was asked for.</param>
internal sealed record IssuedToken(string Value, TimeSpan Lifetime)
{
    public override string ToString() => $"issued token with a life of {Lifetime}";
}
