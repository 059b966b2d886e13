namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// The credentials that the provider issues to a merchant for one environment. All three are secrets. They change together.
/// </summary>
/// <param name="Username">Sent to the token endpoint. It contains no colon (RFC 7617, section 2).</param>
/// <param name="Password">Sent to the token endpoint.</param>
/// <param name="ApiKey">Sent to the API with each request, as <c>x-api-key</c>.</param>
internal sealed record CredentialSet(string Username, string Password, string ApiKey)
{
    /// <summary>Replaces the method that the compiler generates, which would include the secrets.</summary>
    public override string ToString() => "credential set";
}
