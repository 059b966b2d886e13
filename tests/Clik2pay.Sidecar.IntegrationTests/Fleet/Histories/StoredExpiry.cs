namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>The expiry of the token in Redis, read from the master.</summary>
/// <param name="AskedAt">When the read began.</param>
/// <param name="Server">The port of the master.</param>
/// <param name="ExpiresAt">The moment of expiry by Redis's clock.</param>
internal sealed record StoredExpiry(TimeSpan AskedAt, int Server, TimeSpan ExpiresAt)
{
    public override string ToString() => FormattableString.Invariant(
        $"{AskedAt.TotalSeconds:0.000} the token in Redis on port {Server} expires at {ExpiresAt.TotalSeconds:0.000} by Redis's clock");
}
