namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>The expiry of the token in Redis, read from the master.</summary>
/// <param name="ReadAt">The time at which the read began.</param>
/// <param name="Server">The port of the master.</param>
/// <param name="ExpiresAt">The expiry by Redis's clock.</param>
internal sealed record StoredExpiry(TimeSpan ReadAt, int Server, TimeSpan ExpiresAt)
{
    public override string ToString() => FormattableString.Invariant(
        $"{ReadAt.TotalSeconds:0.000} the token in Redis on port {Server} expires at {ExpiresAt.TotalSeconds:0.000} by Redis's clock");
}
