using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>The credentials of a merchant for one environment. All three are secrets, and they change together.</summary>
/// <param name="Username">Sent to the token endpoint. It has no colon (RFC 7617, section 2).</param>
/// <param name="Password">Sent to the token endpoint.</param>
/// <param name="ApiKey">Sent with each request to the API, as <c>x-api-key</c>.</param>
internal sealed record CredentialSet(
    [property: Setting(CredentialSet.UsernameKey, IsSecret = true, NoRange = CredentialSet.Issued)] string Username,
    [property: Setting(CredentialSet.PasswordKey, IsSecret = true, NoRange = CredentialSet.Issued)] string Password,
    [property: Setting(CredentialSet.ApiKeyKey, IsSecret = true, NoRange = CredentialSet.Issued)] string ApiKey)
{
    public const string UsernameKey = "Clik2pay:Username";
    public const string PasswordKey = "Clik2pay:Password";
    public const string ApiKeyKey = "Clik2pay:ApiKey";

    private const string Issued = "The provider issues it.";

    /// <summary>Omits the secrets, which the compiler's version would contain.</summary>
    public override string ToString() => "credential set";
}
