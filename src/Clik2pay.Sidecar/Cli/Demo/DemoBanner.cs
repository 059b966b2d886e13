using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli.Demo;

/// <summary>What the verb <c>demo</c> prints after the start: the addresses, and commands to try.</summary>
internal static class DemoBanner
{
    private const string ExampleBody = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    /// <param name="simulator">The simulator, with its real address.</param>
    /// <param name="sidecars">Each has two addresses: for callers, and for administration.</param>
    /// <param name="routes">The routes file. If the file is not watched, the banner contains a note.</param>
    /// <param name="allInterfaces">Whether other machines can connect. If they can, the banner contains a note.</param>
    public static string Write(
        SimulatorOptions simulator, IReadOnlyList<WebApplication> sidecars, RoutesFile routes, bool allInterfaces)
    {
        var callers = sidecars.Select(sidecar => new Uri(sidecar.Urls.First())).ToList();
        var administration = sidecars.Select(sidecar => new Uri(sidecar.Urls.Last())).ToList();
        var served = $"{(sidecars.Count == 1 ? "One sidecar serves" : $"{sidecars.Count} sidecars serve")} callers on {List(callers)}";
        var open = allInterfaces ? " All ports accept connections on every address of this machine." : "";
        return $$"""

            {{served}}, and probes, metrics and a status page on {{List(administration)}}.
            The simulated provider is on {{simulator.Url}}.{{open}}{{Unwatched(routes)}} Try, without any credentials:

              curl -s -X POST http://{{AddressOf(callers[0])}}/open/v1/payment-requests \
                -H 'content-type: application/json' \
                -d '{{ExampleBody}}'

            Status page, in a browser:      http://{{AddressOf(administration[0])}}/
            Pay a payment request:          open its paymentLink in a browser
            Count the token calls:          curl -s {{simulator.Url}}/_simulator/counters
            Stop the token endpoint:        curl -s -X PUT {{simulator.Url}}/_simulator/faults -d '{"tokenEndpoint":"Down"}'
            Revoke the current token:       curl -s -X POST {{simulator.Url}}/_simulator/revoke-tokens
            Restore the token endpoint:     curl -s -X DELETE {{simulator.Url}}/_simulator/faults
            Press Ctrl-C to stop.


            """;
    }

    /// <summary>Writes consecutive ports as a range.</summary>
    private static string List(List<Uri> addresses)
    {
        var (first, last) = (addresses[0], addresses[^1]);
        var areConsecutive = addresses.Select((address, index) => address.Port - index).Distinct().Count() == 1;
        return addresses.Count == 1 ? AddressOf(first)
            : areConsecutive ? $"{AddressOf(first)}-{last.Port}"
            : string.Join(", ", addresses.Select(AddressOf));
    }

    /// <summary>The address for clients on this machine. Includes the port, even if it is 80.</summary>
    private static string AddressOf(Uri listen) => $"127.0.0.1:{listen.Port}";

    private static string Unwatched(RoutesFile routes) => routes.IsWatched ? ""
        : $" Edits to {routes.FullPath} take effect at the next start, because the system does not allow watching the file.";
}
