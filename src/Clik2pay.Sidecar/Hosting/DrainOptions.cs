using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>How the sidecar stops. The defaults fit into the 30 s that Kubernetes gives a pod.</summary>
internal sealed record DrainOptions
{
    /// <summary>How long callers are served after the signal to stop.</summary>
    [Setting("Sidecar:DrainSeconds", Default = "5", Unit = "s", Min = 0, Max = 3600)]
    public required TimeSpan DrainDelay { get; init; }

    /// <summary>How long requests in progress may take after the drain.</summary>
    [Setting("Sidecar:StopTimeoutSeconds", Default = "20", Unit = "s", Min = 0, Max = 3600)]
    public required TimeSpan StopTimeout { get; init; }
}
