namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The current access token in the status.</summary>
/// <param name="Lifetime">The time from issue to expiry.</param>
/// <param name="Remaining">The time until expiry.</param>
internal sealed record CurrentToken(TimeSpan Lifetime, TimeSpan Remaining)
{
    public TimeSpan Age => Lifetime - Remaining;
}
