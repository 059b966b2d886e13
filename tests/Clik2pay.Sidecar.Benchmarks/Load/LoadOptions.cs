using Clik2pay.Sidecar.Benchmarks.Rig.Runs;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The options of the verb <c>load</c>.</summary>
/// <param name="Sidecar">The folder of a published sidecar. If null, the current source is published.</param>
/// <param name="Only">The names of the proxies. If empty, all installed proxies are measured.</param>
/// <param name="Cases">The kinds of load.</param>
/// <param name="Rounds">The number of runs of each proxy.</param>
/// <param name="Seconds">The duration of a run in seconds.</param>
/// <param name="Starts">The number of starts of each proxy for the start time.</param>
/// <param name="Settings">Additional environment variables of the sidecar.</param>
internal sealed record LoadOptions(
    string? Sidecar,
    IReadOnlyList<string> Only,
    IReadOnlyList<LoadCase> Cases,
    int Rounds,
    int Seconds,
    int Starts,
    IReadOnlyDictionary<string, string> Settings)
{
    public bool Includes(string proxy) => Only.Count == 0 || Only.Contains(proxy, StringComparer.Ordinal);
}
