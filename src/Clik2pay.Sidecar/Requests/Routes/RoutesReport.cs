using Clik2pay.Sidecar.Requests.Problems;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>Tells what became of an edit of the routes: taken, or refused and why. What was before then stays in force.</summary>
internal sealed class RoutesReport(ILogger<RoutesReport> log) : IConfigChangeListener
{
    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        // Read is not yet taken.
    }

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => log.EditRefused(Explain(exception));

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => log.RoutesTaken(proxyConfigs.Sum(config => config.Routes.Count));

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => log.EditRefused(Explain(exception));

    /// <summary>What YARP's validation says, without its stack trace: a line for each error.</summary>
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
