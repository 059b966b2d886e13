namespace Clik2pay.Sidecar.Tokens;

/// <summary>A token as replicas share it.</summary>
/// <param name="Value">The access token. A secret.</param>
/// <param name="Lifetime">Its whole life, so that whoever adopts it knows its refresh point.</param>
/// <param name="Remaining">What is left of it, by the store's own count: clocks of replicas need not agree.</param>
internal sealed record StoredToken(string Value, TimeSpan Lifetime, TimeSpan Remaining)
{
    public override string ToString() => $"stored token with {Remaining} of {Lifetime} left";
}
