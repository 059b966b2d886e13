namespace Clik2pay.Sidecar.Provider;

/// <summary>The provider's published addresses.</summary>
internal static class ProviderAddresses
{
    public static (Uri ApiBaseUrl, Uri TokenEndpoint) For(Clik2payEnvironment environment) => environment switch
    {
        Clik2payEnvironment.Production => (new("https://api.clik2pay.com"), new("https://api-auth.clik2pay.com/oauth2/token")),
        Clik2payEnvironment.Sandbox => (new("https://api.sandbox.clik2pay.com"), new("https://api-auth.sandbox.clik2pay.com/oauth2/token")),
        _ => throw new ArgumentOutOfRangeException(nameof(environment), environment, "A custom environment has no published addresses."),
    };
}
