using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Proxy;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Simulator;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>demo</c>: the simulator and sidecars in front of it, in this one process.</summary>
internal static class DemoVerb
{
    public const int MostReplicas = 20;

    private const int FirstCallersPort = 8080;
    private const int FirstAdminPort = 9090;
    private const string ExampleBody = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    public static async Task<int> RunAsync(int replicas, CancellationToken cancellationToken)
    {
        var simulated = new SimulatorOptions();
        var store = new InProcessTokenStore(Ambient.Time);
        var lease = new InProcessTokenLease(Ambient.Time);
        var hosts = new List<WebApplication> { SimulatorApp.Create(simulated, Ambient.Time) };
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        using var routes = RoutesFile.Find(Ambient.Time);
        try
        {
            for (var replica = 0; replica < replicas; replica++)
            {
                var isFirst = replica == 0;
                var configuration = Configure(routes, simulated, environment, replica);
                if (Settings.TryRead(configuration, out var mistakes) is not { } settings)
                    return await Mistakes.TellAsync(mistakes);

                hosts.Add(Program.CreateSidecar(configuration, settings, services =>
                {
                    if (settings.Redis is null)
                        services.AddSingleton<ITokenStore>(store).AddSingleton<ITokenLease>(lease);

                    // Spans are the process's: one exporter has those of all replicas.
                    if (!isFirst)
                        services.RemoveAll<TracerProvider>();
                }));
            }

            routes.Refused = hosts[1].Logger.EditRefused;
            var failure = await Hosts.RunAsync(hosts, () => Console.Write(Tell(simulated, replicas)), cancellationToken);
            return await Mistakes.TellStartAsync(failure, $"The demo needs the ports 5080, {Ports(FirstCallersPort, replicas)} and {Ports(FirstAdminPort, replicas)} of 127.0.0.1.");
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    /// <summary>
    /// The routes of proxy.json, and from the surroundings nothing but the section Redis and OpenTelemetry's variables: a demo must not take real
    /// credentials that lie there.
    /// </summary>
    private static IConfigurationRoot Configure(RoutesFile routes, SimulatorOptions simulated, IConfiguration environment, int replica) => new ConfigurationBuilder()
        .Add(routes)
        .AddInMemoryCollection(environment.GetSection(RedisOptions.Section).AsEnumerable())
        .AddInMemoryCollection(new OtelVariables(environment).All)
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Clik2pay:Environment"] = nameof(Clik2payEnvironment.Custom),
            ["Clik2pay:ApiBaseUrl"] = simulated.Url,
            ["Clik2pay:TokenEndpoint"] = $"{simulated.Url}/oauth2/token",
            ["Clik2pay:Username"] = simulated.Username,
            ["Clik2pay:Password"] = simulated.Password,
            ["Clik2pay:ApiKey"] = simulated.ApiKey,
            ["Sidecar:DrainSeconds"] = "0", // nobody has to be told, and the simulator ends at the same moment
            ["Sidecar:Listen"] = $"http://127.0.0.1:{FirstCallersPort + replica}",
            ["Sidecar:Admin"] = $"http://127.0.0.1:{FirstAdminPort + replica}",
        })
        .Build();

    private static string Tell(SimulatorOptions simulated, int replicas) => $$"""

        {{(replicas == 1 ? "One sidecar serves" : $"{replicas} sidecars serve")}} callers on 127.0.0.1:{{Ports(FirstCallersPort, replicas)}}, and probes, metrics and a status page on 127.0.0.1:{{Ports(FirstAdminPort, replicas)}}.
        The simulated provider is on {{simulated.Url}}. Try, without any credentials:

          curl -s -X POST http://127.0.0.1:{{FirstCallersPort}}/open/v1/payment-requests \
            -H 'content-type: application/json' \
            -d '{{ExampleBody}}'

        How it stands, in a browser:    http://127.0.0.1:{{FirstAdminPort}}/
        How many tokens that took:      curl -s {{simulated.Url}}/_simulator/counters
        Take the token endpoint away:   curl -s -X PUT {{simulated.Url}}/_simulator/faults -d '{"tokenEndpoint":"Down"}'
        And the token that is held:     curl -s -X POST {{simulated.Url}}/_simulator/revoke-tokens
        Bring it back:                  curl -s -X DELETE {{simulated.Url}}/_simulator/faults
        Ctrl-C ends it.


        """;

    private static string Ports(int first, int count) => count == 1 ? $"{first}" : $"{first}-{first + count - 1}";
}
