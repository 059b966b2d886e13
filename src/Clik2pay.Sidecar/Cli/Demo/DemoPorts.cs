using System.Globalization;

namespace Clik2pay.Sidecar.Cli.Demo;

/// <summary>
/// The ports of one option of <c>demo</c>. Replica k uses the first port plus k. If the first port is 0, each replica uses any free port.
/// </summary>
/// <param name="Option">The option's name.</param>
/// <param name="First">0 to 65535.</param>
/// <param name="Count">The number of ports.</param>
internal sealed record DemoPorts(string Option, int First, int Count)
{
    public const int MaxPort = 65_535;

    /// <summary>Why the first port is too high; null if every port is valid.</summary>
    public string? Error => First == 0 || First + Count - 1 <= MaxPort ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{Option}: {First} is too high for {Count} replicas. Use {MaxPort - Count + 1} or less, or 0 for free ports.");

    /// <param name="replica">From 0.</param>
    /// <param name="host">An IP address, or <c>*</c> for all addresses of the machine.</param>
    public string AddressOf(int replica, string host) => $"http://{host}:{(First == 0 ? 0 : First + replica)}";

    public bool Overlaps(DemoPorts other) =>
        First != 0 && other.First != 0 && First < other.First + other.Count && other.First < First + Count;

    /// <summary>Whether the message names an address with one of these ports, such as <c>http://[::]:8080</c>.</summary>
    public bool AreNamedIn(string failure) => First != 0
        && Enumerable.Range(0, Count).Any(replica => failure.Contains(PortIn(replica), StringComparison.Ordinal));

    private string PortIn(int replica) => string.Create(CultureInfo.InvariantCulture, $":{First + replica}:");
}
