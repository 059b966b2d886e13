using Clik2pay.Sidecar.Requests.Callers.Tokens;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>Registers the recognition of callers, and the polling of their token files.</summary>
internal static class CallerServices
{
    /// <param name="services">The services of the application.</param>
    /// <param name="callers">Empty if every caller may do everything.</param>
    public static IServiceCollection AddCallers(this IServiceCollection services, IReadOnlyList<CallerDefinition> callers)
    {
        List<CallerTokenFile> files =
        [
            .. callers.SelectMany((caller, index) => caller.TokenFiles.Zip(
                caller.Tokens, (path, token) => new CallerTokenFile(index, caller.Name, path, token))),
        ];
        services.AddSingleton(callers);
        services.AddSingleton(new CallerTokens(files));
        services.AddSingleton<CallerRecognition>();
        services.AddSingleton<CallerMetrics>();
        services.AddSingleton<ProfileSelector>();
        if (files.Count > 0)
            services.AddHostedService<CallerTokenWatch>();
        return services;
    }
}
