namespace Clik2pay.Sidecar.Cli.Demo;

/// <summary>The options of the verb <c>demo</c>.</summary>
/// <param name="Replicas">The number of sidecars; 1 to <see cref="MaxReplicas"/>.</param>
/// <param name="Callers">The ports for callers.</param>
/// <param name="Administration">The ports of the administration listeners.</param>
/// <param name="Simulator">The port of the simulator.</param>
/// <param name="AllInterfaces">
/// Whether to listen on all addresses of the machine instead of 127.0.0.1. A container engine cannot publish a port that listens
/// only on 127.0.0.1.
/// </param>
internal sealed record DemoOptions(
    int Replicas, DemoPorts Callers, DemoPorts Administration, DemoPorts Simulator, bool AllInterfaces)
{
    public const int MaxReplicas = 20;

    /// <summary>Why these ports cannot be used; null if they can be used.</summary>
    public string? Error => All.Select(ports => ports.Error).FirstOrDefault(error => error is not null)
        ?? FindOverlap(Callers, Administration) ?? FindOverlap(Callers, Simulator) ?? FindOverlap(Administration, Simulator);

    /// <summary>The host of each address to listen on.</summary>
    public string Host => AllInterfaces ? "*" : "127.0.0.1";

    private DemoPorts[] All => [Callers, Administration, Simulator];

    /// <summary>What to do when an address cannot be listened on.</summary>
    /// <param name="failure">The message of the failure. It may name the address.</param>
    public string RemedyFor(string failure) => All.FirstOrDefault(ports => ports.AreNamedIn(failure)) is { } taken
        ? $"Choose another port with {taken.Option}, or 0 for a free one."
        : $"Choose other ports with {string.Join(", ", All.Select(ports => ports.Option))}, or 0 for free ones.";

    private static string? FindOverlap(DemoPorts ports, DemoPorts others) => ports.Overlaps(others)
        ? $"{ports.Option} and {others.Option} overlap. Choose other ports, or 0 for free ones."
        : null;
}
