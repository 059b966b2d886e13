namespace Clik2pay.Sidecar.Provider;

/// <summary>What the provider hands a merchant for one environment. All three are secrets, and they change together.</summary>
/// <param name="Username">Goes to the token endpoint; without a colon (RFC 7617, section 2).</param>
/// <param name="Password">Goes to the token endpoint.</param>
/// <param name="ApiKey">Goes upstream on each request as <c>x-api-key</c>.</param>
internal sealed record CredentialSet(string Username, string Password, string ApiKey)
{
    /// <summary>Never the secrets, so that no log line or debugger shows them by accident.</summary>
    public override string ToString() => "credential set";
}
