namespace Clik2pay.Sidecar.Provider;

/// <summary>Registers what the connections to the provider are made with.</summary>
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
