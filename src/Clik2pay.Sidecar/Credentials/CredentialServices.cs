using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Registers the token lifecycle of the credential set, the services that run it, and its dependencies.</summary>
internal static class CredentialServices
{
    public static IServiceCollection AddCredentials(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<TokenLifecycle>();
        services.AddHostedService<RefreshService>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenLifecycle>().RotationWatch);

        services.AddSingleton(new CredentialFiles(configuration));
        services.AddSingleton<TokenMetrics>();
        services.AddSingleton(provider => TokenKey.For(provider.GetRequiredService<Clik2payOptions>()));
        services.AddSingleton<ITokenStore, InProcessTokenStore>();
        services.AddSingleton<ITokenLease, InProcessTokenLease>();
        services.AddSingleton<ITokenEndpoint, TokenEndpointClient>();
        services.AddSingleton(provider => TokenEndpointClient.CreateHttpClient(
            provider.GetRequiredService<Clik2payOptions>().TokenEndpoint,
            provider.GetRequiredService<ProviderConnections>()));
        return services;
    }
}
