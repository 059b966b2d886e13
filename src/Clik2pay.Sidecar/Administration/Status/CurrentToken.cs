namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>What the status reports about the current access token.</summary>
/// <param name="Lifetime">The time from issue to expiry.</param>
/// <param name="Remaining">The time until expiry.</param>
internal sealed record CurrentToken(TimeSpan Lifetime, TimeSpan Remaining)
{
    public TimeSpan Age => Lifetime - Remaining;
}
