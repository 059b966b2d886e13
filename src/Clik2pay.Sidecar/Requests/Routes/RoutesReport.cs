using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Logs that YARP applied an edit of the routes, or why YARP refused it. After a refusal, the previous routes stay in use.
/// </summary>
internal sealed class RoutesReport(ILogger<RoutesReport> log) : IConfigChangeListener
{
    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        // The routes have been read but not applied yet.
    }

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => log.EditRefused(Explain(exception));

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) =>
        log.RoutesApplied(proxyConfigs.Sum(config => config.Routes.Count));

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) =>
        log.EditRefused(Explain(exception));

    /// <summary>The errors of YARP's validation, without its stack trace; one line for each error.</summary>
    public static IEnumerable<string> ExplainAll(Exception exception) => exception switch
    {
        AggregateException all => all.InnerExceptions.SelectMany(ExplainAll),
        { InnerException: AggregateException all } => ExplainAll(all),
        { InnerException: InvalidOperationException ours } => [ours.Message],
        { InnerException: { } inner } => [$"{exception.Message} {inner.Message}"],
        _ => [exception.Message],
    };

    private static string Explain(Exception exception) => string.Join(' ', ExplainAll(exception));
}
