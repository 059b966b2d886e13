namespace Clik2pay.Sidecar.Administration;

/// <summary>What may be told of an access token.</summary>
/// <param name="Lifetime">Its whole life.</param>
/// <param name="Remaining">What is left of it.</param>
internal sealed record CurrentToken(TimeSpan Lifetime, TimeSpan Remaining)
{
    public TimeSpan Age => Lifetime - Remaining;
}
