namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>A request that reached the upstream.</summary>
/// <param name="Process">The sidecar process that forwarded the request.</param>
/// <param name="SentAt">When the caller began to send the request to the sidecar.</param>
/// <param name="ArrivedAt">When the request reached the upstream.</param>
/// <param name="Token">The bearer token of the request.</param>
internal sealed record ArrivedRequest(string Process, TimeSpan SentAt, TimeSpan ArrivedAt, string Token)
{
    public override string ToString() => FormattableString.Invariant(
        $"{ArrivedAt.TotalSeconds:0.000} request of process {Process}, sent at {SentAt.TotalSeconds:0.000}, arrived with {Token}");
}
