namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>What the status reports about the current access token.</summary>
/// <param name="Lifetime">From issue to expiry.</param>
/// <param name="Remaining">Until expiry.</param>
internal sealed record CurrentToken(TimeSpan Lifetime, TimeSpan Remaining)
{
    public TimeSpan Age => Lifetime - Remaining;
}
