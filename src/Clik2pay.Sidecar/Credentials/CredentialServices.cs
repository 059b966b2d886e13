using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Registers the profiles, the service that runs their loops, and their dependencies.</summary>
internal static class CredentialServices
{
    /// <param name="services">The services of the application.</param>
    /// <param name="configuration">The names of the credential files, which are read again while the sidecar runs.</param>
    /// <param name="profiles">At least one.</param>
    public static IServiceCollection AddCredentials(
        this IServiceCollection services, IConfiguration configuration, IReadOnlyList<Clik2payOptions> profiles)
    {
        services.AddSingleton(provider => new Profiles(
            profiles,
            configuration,
            provider.GetRequiredService<TcpConnector>(),
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ITokenStore>(),
            provider.GetRequiredService<ITokenLease>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetRequiredService<BlockingThreads>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService<ProfileService>();
        services.AddSingleton<ITokenStore, InProcessTokenStore>();
        services.AddSingleton<ITokenLease, InProcessTokenLease>();
        return services;
    }
}
