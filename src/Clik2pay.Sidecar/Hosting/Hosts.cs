using Clik2pay.Simulator.Cli;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Starts hosts, and runs them until a signal stops them.</summary>
internal static class Hosts
{
    /// <summary>The time after the drain and the stop timeout until the host closes the connections of requests in progress.</summary>
    private static readonly TimeSpan AbortDelay = TimeSpan.FromSeconds(1);

    public static void AddDrain(this WebApplicationBuilder builder, DrainOptions options)
    {
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService(s => s.GetRequiredService<Drain>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainDelay + options.StopTimeout + AbortDelay);
    }

    /// <param name="host">The host to start and run.</param>
    /// <param name="onStarted">Called after the start.</param>
    /// <param name="cancellationToken">Stops the host.</param>
    /// <returns>A sentence about the address that cannot be listened on. Null after a normal end or a signal.</returns>
    public static async Task<string?> RunAsync(IHost host, Action onStarted, CancellationToken cancellationToken)
    {
        var (hasStarted, failure) = await TryStartAsync([host], cancellationToken);
        if (!hasStarted)
            return failure;

        onStarted();
        await WaitForEndAsync([host], cancellationToken);
        return null;
    }

    /// <param name="hosts">Started in this order.</param>
    /// <param name="cancellationToken">Stops the hosts.</param>
    /// <returns>
    /// Whether all hosts have started. If not: a sentence about the address that cannot be listened on, or null after a signal.
    /// </returns>
    public static async Task<(bool HasStarted, string? Failure)> TryStartAsync(
        IEnumerable<IHost> hosts, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var host in hosts)
                await host.StartAsync(cancellationToken);
            return (true, null);
        }
        catch (OperationCanceledException)
        {
            // A signal arrived during the start.
            return (false, null);
        }
        catch (Exception e) when (ListenFailure.Describe(e) is { } failure)
        {
            return (false, failure);
        }
    }

    public static Task WaitForEndAsync(IEnumerable<IHost> hosts, CancellationToken cancellationToken) =>
        Task.WhenAll(hosts.Select(host => host.WaitForShutdownAsync(cancellationToken)));
}
