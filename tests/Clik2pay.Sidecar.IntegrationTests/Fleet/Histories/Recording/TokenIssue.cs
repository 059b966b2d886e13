namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>A token that the token endpoint issued. Times count from the start of the history.</summary>
internal sealed record TokenIssue(string Token, TimeSpan IssuedAt, TimeSpan ExpiresAt)
{
    public override string ToString() => FormattableString.Invariant($"{IssuedAt.TotalSeconds:0.000} {Token} issued");
}
