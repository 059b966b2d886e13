using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Configuration.Sources;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry.Export;
using Clik2pay.Sidecar.Tokens.Sharing;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Options;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Cli.Demo;

/// <summary>The verb <c>demo</c>: the simulator and sidecars in front of it, in this one process.</summary>
internal static class DemoVerb
{
    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        if (options.Error is { } error)
        {
            await ErrorOutput.WriteAsync(error);
            return ExitCode.BadCommandLine;
        }

        using var signals = new StopSignals(cancellationToken);
        using var routes = RoutesFile.Find(SystemDefaults.Time);
        var environment = new ConfigurationBuilder().Add(new EnvironmentSettings(SidecarConfiguration.Sections)).Build();
        var hosts = new List<WebApplication>();
        try
        {
            // 1. The simulator. The sidecars need its address, which is known only after the start.
            var simulated = new SimulatorOptions { Url = options.Simulator.AddressOf(0, options.Host) };
            hosts.Add(SimulatorApp.Create(simulated, SystemDefaults.Time));
            var (hasStarted, failure) = await Hosts.TryStartAsync(hosts, signals.Token);
            if (!hasStarted)
                return await ReportStartAsync(failure, options);

            // 2. The sidecars.
            simulated = simulated with { Url = $"http://127.0.0.1:{new Uri(hosts[0].Urls.First()).Port}" };
            var configurations = Enumerable.Range(0, options.Replicas)
                .Select(replica => Configure(routes, simulated, environment, options, replica));
            if (TryAddSidecars(hosts, configurations) is { } errors)
                return await ErrorOutput.ReportAsync(errors);

            var sidecars = hosts.Skip(1).ToList();
            routes.OnRefused = sidecars[0].Logger.EditRefused;
            (hasStarted, failure) = await Hosts.TryStartAsync(sidecars, signals.Token);
            if (!hasStarted)
                return await ReportStartAsync(failure, options);

            Console.Write(DemoBanner.Write(simulated, sidecars, routes, options.AllInterfaces));
            await Hosts.WaitForEndAsync(hosts, signals.Token);
            return ExitCode.Success;
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    /// <returns>The errors in the settings; null if the settings are valid.</returns>
    private static IReadOnlyList<string>? TryAddSidecars(List<WebApplication> hosts, IEnumerable<IConfigurationRoot> configurations)
    {
        var store = new InProcessTokenStore(SystemDefaults.Time);
        var lease = new InProcessTokenLease(SystemDefaults.Time);
        foreach (var (replica, configuration) in configurations.Index())
        {
            if (Settings.TryRead(configuration, out var errors) is not { } settings)
                return errors;

            hosts.Add(Program.CreateSidecar(configuration, settings, services =>
            {
                if (settings.Redis is null)
                    services.AddSingleton<ITokenStore>(store).AddSingleton<ITokenLease>(lease);

                // All replicas share the process's source of spans, so one exporter sends the spans of all of them.
                if (replica > 0)
                    services.RemoveAll<TracerProvider>();
            }));
        }

        return null;
    }

    /// <summary>
    /// Reads the routes in proxy.json, and from the environment only the sections Redis and Metrics and OpenTelemetry's variables. A demo
    /// must not use real credentials.
    /// </summary>
    private static IConfigurationRoot Configure(
        RoutesFile routes, SimulatorOptions simulated, IConfiguration environment, DemoOptions options, int replica) =>
        new ConfigurationBuilder()
        .Add(routes)
        .AddInMemoryCollection(environment.GetSection(RedisOptions.Section).AsEnumerable())
        .AddInMemoryCollection(environment.GetSection(MetricsOptions.Section).AsEnumerable())
        .AddInMemoryCollection(new OtelVariables(environment).All)
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Clik2pay:Environment"] = nameof(Clik2payEnvironment.Custom),
            ["Clik2pay:ApiBaseUrl"] = simulated.Url,
            ["Clik2pay:TokenEndpoint"] = $"{simulated.Url}/oauth2/token",
            ["Clik2pay:Username"] = simulated.Username,
            ["Clik2pay:Password"] = simulated.Password,
            ["Clik2pay:ApiKey"] = simulated.ApiKey,
            ["Sidecar:DrainSeconds"] = "0", // there is no load balancer, and the simulator stops at the same time
            ["Sidecar:Listen"] = options.Callers.AddressOf(replica, options.Host),
            ["Sidecar:Admin"] = options.Administration.AddressOf(replica, options.Host),
            ["Sidecar:AllowRemoteCallers"] = options.AllInterfaces ? "true" : "false",
        })
        .Build();

    private static Task<int> ReportStartAsync(string? failure, DemoOptions options) =>
        ErrorOutput.ReportStartAsync(failure, failure is null ? "" : options.RemedyFor(failure));
}
