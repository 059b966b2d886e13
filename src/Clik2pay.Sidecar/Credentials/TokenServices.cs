using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>The door of the way of a token: refresh loop → refresher → store, lease, token endpoint → slot → source.
/// Beside it the watch over the credential files, which offers the loop another set.</summary>
internal static class TokenServices
{
    public static IServiceCollection AddTokens(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<AccessTokenSource>();
        services.AddSingleton<TokenSlot>();

        services.AddHostedService<RefreshService>();
        services.AddSingleton<RefreshLoop>();
        services.AddHostedService<ClockWatch>();
        services.AddSingleton<Rotation>();
        services.AddSingleton<RotationWatch>();
        services.AddHostedService(s => s.GetRequiredService<RotationWatch>());
        services.AddSingleton(new CredentialFiles(configuration));
        services.AddSingleton(s => new RefreshSchedule(
            s.GetRequiredService<Clik2payOptions>().RefreshAt,
            s.GetRequiredService<ITokenStore>().CanForget,
            s.GetRequiredService<Random>()));
        services.AddSingleton<TokenMetrics>();
        services.AddSingleton<TokenSharing>();
        services.AddSingleton<TokenRefresher>();
        services.AddSingleton<RefreshHistory>();

        services.AddSingleton(s => TokenKey.For(s.GetRequiredService<Clik2payOptions>()));
        services.AddSingleton<ITokenStore, InProcessTokenStore>();
        services.AddSingleton<ITokenLease, InProcessTokenLease>();

        services.AddSingleton(s => TokenEndpointClient.CreateHttpClient(
            s.GetRequiredService<Clik2payOptions>().TokenEndpoint,
            s.GetRequiredService<ProviderConnections>()));
        services.AddSingleton<ITokenEndpoint, TokenEndpointClient>();
        return services;
    }
}
