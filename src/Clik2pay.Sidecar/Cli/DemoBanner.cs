using Clik2pay.Sidecar.Configuration;
using Clik2pay.Simulator;

namespace Clik2pay.Sidecar.Cli;

/// <summary>What the verb <c>demo</c> prints when everything serves: the real addresses, and what to try.</summary>
internal static class DemoBanner
{
    private const string ExampleBody = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    /// <param name="simulator">Where it listens.</param>
    /// <param name="sidecars">Each has two addresses, first the one for callers.</param>
    /// <param name="routes">Told about if edits of it are not noticed.</param>
    public static string Write(SimulatorOptions simulator, IReadOnlyList<WebApplication> sidecars, RoutesFile routes)
    {
        var callers = sidecars.Select(sidecar => new Uri(sidecar.Urls.First())).ToList();
        var administration = sidecars.Select(sidecar => new Uri(sidecar.Urls.Last())).ToList();
        var served = $"{(sidecars.Count == 1 ? "One sidecar serves" : $"{sidecars.Count} sidecars serve")} callers on {List(callers)}";
        return $$"""

            {{served}}, and probes, metrics and a status page on {{List(administration)}}.
            The simulated provider is on {{simulator.Url}}.{{Unwatched(routes)}} Try, without any credentials:

              curl -s -X POST http://{{callers[0].Authority}}/open/v1/payment-requests \
                -H 'content-type: application/json' \
                -d '{{ExampleBody}}'

            How it stands, in a browser:    http://{{administration[0].Authority}}/
            How many tokens that took:      curl -s {{simulator.Url}}/_simulator/counters
            Take the token endpoint away:   curl -s -X PUT {{simulator.Url}}/_simulator/faults -d '{"tokenEndpoint":"Down"}'
            And the token that is held:     curl -s -X POST {{simulator.Url}}/_simulator/revoke-tokens
            Bring it back:                  curl -s -X DELETE {{simulator.Url}}/_simulator/faults
            Ctrl-C ends it.


            """;
    }

    /// <summary>Ports that follow each other are a range.</summary>
    private static string List(List<Uri> addresses)
    {
        var (first, last) = (addresses[0], addresses[^1]);
        var areConsecutive = addresses.Select((address, index) => address.Port - index).Distinct().Count() == 1;
        return addresses.Count == 1 ? first.Authority
            : areConsecutive ? $"{first.Authority}-{last.Port}"
            : string.Join(", ", addresses.Select(address => address.Authority));
    }

    private static string Unwatched(RoutesFile routes) => routes.IsWatched ? ""
        : $" The system does not allow {routes.FullPath} to be watched, so an edit takes effect at the next start.";
}
