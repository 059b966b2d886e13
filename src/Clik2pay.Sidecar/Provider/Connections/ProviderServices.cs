using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>Registers the services that connect to the provider.</summary>
internal static class ProviderServices
{
    public static IServiceCollection AddProvider(this IServiceCollection services)
    {
        services.AddSingleton<TcpConnector>();
        services.AddSingleton<ProviderConnections>();
        services.AddSingleton<ApiProbe>();
        return services;
    }
}
